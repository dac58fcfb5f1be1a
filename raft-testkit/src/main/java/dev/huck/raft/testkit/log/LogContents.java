package dev.huck.raft.testkit.log;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.api.spi.LogStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * All that a log holds, as a plain value: what a store should hold, or what one was found to hold. Two are equal when
 * nobody could tell the logs apart.
 */
final class LogContents {
    private LogPosition base = LogPosition.START;
    private final List<LogEntry> entries = new ArrayList<>();

    LogContents() {}

    LogContents(LogContents other) {
        base = other.base;
        entries.addAll(other.entries);
    }

    /** Everything that can be read of a store; checks that its positions are those of what it hands over. */
    static LogContents of(LogStore store) throws IOException {
        LogContents contents = new LogContents();
        contents.base = store.base();
        long count = store.read(store.base().index() + 1, contents.entries::add);
        if (count != contents.entries.size()) {
            throw new AssertionError("read says " + count + " and handed over " + contents.entries.size());
        }
        if (!contents.last().equals(store.last())) {
            throw new AssertionError("the last entry read is " + contents.last() + ", the store says " + store.last());
        }
        return contents;
    }

    LogPosition base() {
        return base;
    }

    LogPosition last() {
        if (entries.isEmpty()) {
            return base;
        }
        LogEntry newest = entries.get(entries.size() - 1);
        return new LogPosition(newest.index(), newest.term());
    }

    List<LogEntry> entries() {
        return entries;
    }

    void append(List<LogEntry> more) {
        entries.addAll(more);
    }

    void truncateSuffix(long from) {
        if (from <= last().index()) {
            entries.subList((int) (from - base.index() - 1), entries.size()).clear();
        }
    }

    void truncatePrefix(long through) {
        if (through > base.index()) {
            int count = (int) (through - base.index());
            base = new LogPosition(through, entries.get(count - 1).term());
            entries.subList(0, count).clear();
        }
    }

    void reset(LogPosition newBase) {
        base = newBase;
        entries.clear();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LogContents that && base.equals(that.base) && differsAt(that) < 0;
    }

    @Override
    public int hashCode() {
        return base.hashCode() * 31 + entries.size();
    }

    /** Short, as two logs are compared by it in a failed test: the ends, and a checksum of what is between. */
    @Override
    public String toString() {
        CRC32C crc = new CRC32C();
        entries.forEach(entry -> crc.update(entry.payload()));
        return "base " + base + ", " + entries.size() + " entries, last " + last() + ", payloads "
                + Long.toHexString(crc.getValue());
    }

    /** Place in the list of the first entry that is not the same; -1 if there is none. */
    private int differsAt(LogContents other) {
        int common = Math.min(entries.size(), other.entries.size());
        for (int i = 0; i < common; i++) {
            if (!same(entries.get(i), other.entries.get(i))) {
                return i;
            }
        }
        return entries.size() == other.entries.size() ? -1 : common;
    }

    static boolean same(LogEntry one, LogEntry other) {
        return one.index() == other.index()
                && one.term() == other.term()
                && Arrays.equals(one.payload(), other.payload());
    }
}
