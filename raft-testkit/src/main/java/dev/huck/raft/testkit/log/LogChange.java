package dev.huck.raft.testkit.log;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.api.spi.LogStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** One change of a log, which can be made in a store and in what the store should hold. */
sealed interface LogChange {

    /** Makes the change in a store. */
    void in(LogStore store) throws IOException;

    /** Makes the change in what the store should hold. */
    void in(LogContents contents);

    /** {@link LogStore#append}. */
    record Append(List<LogEntry> entries) implements LogChange {
        @Override
        public void in(LogStore store) throws IOException {
            store.append(entries);
        }

        @Override
        public void in(LogContents contents) {
            contents.append(entries);
        }

        @Override
        public String toString() {
            return "append " + entries.get(0).index() + " to "
                    + entries.get(entries.size() - 1).index();
        }
    }

    /** {@link LogStore#truncateSuffix}. */
    record TruncateSuffix(long from) implements LogChange {
        @Override
        public void in(LogStore store) throws IOException {
            store.truncateSuffix(from);
        }

        @Override
        public void in(LogContents contents) {
            contents.truncateSuffix(from);
        }
    }

    /** {@link LogStore#truncatePrefix}. */
    record TruncatePrefix(long through) implements LogChange {
        @Override
        public void in(LogStore store) throws IOException {
            store.truncatePrefix(through);
        }

        @Override
        public void in(LogContents contents) {
            contents.truncatePrefix(through);
        }
    }

    /** {@link LogStore#reset}. */
    record Reset(LogPosition base) implements LogChange {
        @Override
        public void in(LogStore store) throws IOException {
            store.reset(base);
        }

        @Override
        public void in(LogContents contents) {
            contents.reset(base);
        }
    }

    /** {@link LogStore#sync}. */
    record Sync() implements LogChange {
        @Override
        public void in(LogStore store) throws IOException {
            store.sync();
        }

        @Override
        public void in(LogContents contents) {}
    }

    /** {@link LogStore#shrink}. */
    record Shrink() implements LogChange {
        @Override
        public void in(LogStore store) throws IOException {
            store.shrink();
        }

        @Override
        public void in(LogContents contents) {}
    }

    /** A random change that a log may be given: the same random numbers and contents give the same change. */
    static LogChange random(Random random, LogContents contents) {
        long base = contents.base().index();
        long last = contents.last().index();
        int count = (int) (last - base);
        int dice = random.nextInt(100);
        if (dice < 65 || (count == 0 && dice < 95)) {
            return new Append(randomEntries(random, contents.last()));
        }
        if (dice < 78) {
            return new TruncateSuffix(base + 1 + random.nextInt(count + 1));
        }
        if (dice < 90) {
            return new TruncatePrefix(base + random.nextInt(count + 1));
        }
        if (dice < 95) {
            return new Sync();
        }
        return dice < 98 ? new Shrink() : randomReset(random, contents.last());
    }

    private static List<LogEntry> randomEntries(Random random, LogPosition last) {
        int count = 1 + random.nextInt(random.nextInt(10) == 0 ? 300 : 10);
        long term = Math.max(1, last.term() + (random.nextInt(5) == 0 ? 1 : 0));
        List<LogEntry> entries = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            int size = random.nextInt(random.nextInt(20) == 0 ? 20_000 : 100);
            byte[] payload = new byte[size];
            random.nextBytes(payload);
            entries.add(new LogEntry(last.index() + i, term, payload));
        }
        return entries;
    }

    private static Reset randomReset(Random random, LogPosition last) {
        long index = Math.max(0, last.index() + random.nextInt(2000) - 1000);
        return new Reset(index == 0 ? LogPosition.START : new LogPosition(index, last.term() + 1));
    }
}
