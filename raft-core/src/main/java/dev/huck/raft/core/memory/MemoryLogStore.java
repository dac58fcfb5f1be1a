package dev.huck.raft.core.memory;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.api.spi.LogStore;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * A log in memory; it ends with the process.
 *
 * <p>Readers take no lock: they read a view that never changes. An append fills free places of the array behind the
 * newest view and publishes a longer one; whatever would change a place that some view shows copies the array instead.
 */
public final class MemoryLogStore implements LogStore {
    private static final int SMALLEST = 64;

    private volatile View view = new View(LogPosition.START, new LogEntry[SMALLEST], 0, 0);
    private volatile boolean closed;

    /** An empty log. */
    public MemoryLogStore() {}

    @Override
    public LogPosition base() {
        return view.base;
    }

    @Override
    public LogPosition last() {
        return view.last();
    }

    @Override
    public void append(List<LogEntry> entries) throws IOException {
        View old = writable();
        old.last().checkFollowedBy(entries);
        LogEntry[] array = old.array;
        int start = old.start;
        if (start + old.count + entries.size() > array.length) {
            array = new LogEntry[Math.max(SMALLEST, (old.count + entries.size()) * 2)];
            System.arraycopy(old.array, start, array, 0, old.count);
            start = 0;
        }
        int at = start + old.count;
        for (LogEntry entry : entries) {
            array[at++] = entry;
        }
        view = new View(old.base, array, start, at - start);
    }

    @Override
    public void truncateSuffix(long from) throws IOException {
        View old = writable();
        if (from <= old.base.index()) {
            throw new IllegalArgumentException("entry " + from + " is not above the base " + old.base.index());
        }
        if (from <= old.last().index()) {
            keep(old.base, old, old.start, (int) (from - old.base.index() - 1));
        }
    }

    @Override
    public void truncatePrefix(long through) throws IOException {
        View old = writable();
        if (through > old.last().index()) {
            throw new IllegalArgumentException(
                    "entry " + through + " is beyond the end " + old.last().index());
        }
        if (through > old.base.index()) {
            int dropped = (int) (through - old.base.index());
            LogEntry last = old.array[old.start + dropped - 1];
            keep(new LogPosition(last.index(), last.term()), old, old.start + dropped, old.count - dropped);
        }
    }

    private void keep(LogPosition base, View old, int start, int count) {
        LogEntry[] array = Arrays.copyOfRange(old.array, start, start + Math.max(SMALLEST, count * 2));
        Arrays.fill(array, count, array.length, null);
        view = new View(base, array, 0, count);
    }

    @Override
    public void reset(LogPosition base) throws IOException {
        writable();
        view = new View(base, new LogEntry[SMALLEST], 0, 0);
    }

    @Override
    public void sync() throws IOException {
        writable();
    }

    private View writable() throws IOException {
        if (closed) {
            throw new IOException("the log in memory is closed");
        }
        return view;
    }

    @Override
    public long read(long from, Predicate<LogEntry> sink) {
        View read = view;
        if (from <= read.base.index() || from > read.last().index()) {
            return 0;
        }
        long handedOver = 0;
        for (int i = (int) (from - read.base.index() - 1); i < read.count; i++) {
            handedOver++;
            if (!sink.test(read.array[read.start + i])) {
                break;
            }
        }
        return handedOver;
    }

    @Override
    public long sizeInBytes() {
        return 0;
    }

    @Override
    public void shrink() {}

    @Override
    public void close() {
        closed = true;
    }

    /** Entries {@code start} to {@code start + count} of an array whose places so far are never written again. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record View(LogPosition base, LogEntry[] array, int start, int count) {
        LogPosition last() {
            if (count == 0) {
                return base;
            }
            LogEntry entry = array[start + count - 1];
            return new LogPosition(entry.index(), entry.term());
        }
    }
}
