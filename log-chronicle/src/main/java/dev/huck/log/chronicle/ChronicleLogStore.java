package dev.huck.log.chronicle;

import dev.huck.raft.api.spi.LogDirectory;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.api.spi.LogStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log in queues of Chronicle's. Everything is a record at the end: entries, and the two ends of the log when one of them
 * moves. What a record has made superfluous is deleted by whole segments, once that record is synced.
 */
final class ChronicleLogStore implements LogStore {
    private static final Logger LOG = LoggerFactory.getLogger(ChronicleLogStore.class);

    // With each sync go at most this many segments, so that none takes long.
    private static final int DELETED_AT_ONCE = 2;

    private final Path directory;
    private final LogDirectory directoryLock;
    private final SyncedMark mark;
    private final Disk disk;
    private final LogWriter writer;

    // Changes come from one thread; this is for close(), which may come from another.
    private final ReentrantLock changes = new ReentrantLock();

    // Older than the one that is written, oldest first; read by those who want to know the size.
    private final CopyOnWriteArrayList<Segment> older;
    private boolean mayDelete = true;
    private boolean deletionFailed;

    private volatile boolean closed;
    private volatile LogView log;
    private volatile @Nullable Throwable failure;

    private ChronicleLogStore(
            Path directory,
            LogDirectory directoryLock,
            SyncedMark mark,
            Disk disk,
            LogWriter writer,
            CopyOnWriteArrayList<Segment> older,
            LogView log) {
        this.directory = directory;
        this.directoryLock = directoryLock;
        this.mark = mark;
        this.disk = disk;
        this.writer = writer;
        this.older = older;
        this.log = log;
    }

    /**
     * Opens a log, or makes it.
     *
     * @param segmentBytes after which a segment is followed by the next
     */
    static ChronicleLogStore open(Path directory, Disk disk, long segmentBytes) throws IOException {
        JvmFlags.quiet();
        JvmFlags.check();
        Path real = LogDirectory.make(directory);
        LogDirectory.checkUsable(real, LogDirectory.LOCK, SyncedMark.FILE);
        SyncedMark.create(real);
        LogDirectory lock = LogDirectory.lock(real);
        SyncedMark mark = null;
        ChronicleLogStore store = null;
        try {
            mark = SyncedMark.open(real);
            store = open(real, lock, mark, disk, segmentBytes);
            return store;
        } finally {
            if (store == null) {
                if (mark != null) {
                    mark.close();
                }
                lock.close();
            }
        }
    }

    private static ChronicleLogStore open(
            Path directory, LogDirectory lock, SyncedMark mark, Disk disk, long segmentBytes) throws IOException {
        List<Segment> segments = Segment.list(directory);
        ChronicleLogStore store = null;
        try {
            store = open(directory, segments, lock, mark, disk, segmentBytes);
            return store;
        } finally {
            if (store == null) {
                for (Segment segment : segments) {
                    segment.close();
                }
            }
        }
    }

    private static ChronicleLogStore open(
            Path directory, List<Segment> segments, LogDirectory lock, SyncedMark mark, Disk disk, long segmentBytes)
            throws IOException {
        LogView log = Recovery.recover(directory, segments, mark.place());
        Segment newest = segments.isEmpty() ? null : segments.get(segments.size() - 1);
        int number = Math.max(newest == null ? 0 : newest.number() + 1, Segment.newestQueue(directory) + 1);
        deleteEmptyQueues(directory, Segment.queue(directory, number));
        long dead = 0;
        for (Segment segment : dead(log, segments)) {
            dead += Files.size(segment.file());
        }
        LogWriter writer = new LogWriter(directory, number, newest, dead, mark, disk, segmentBytes);
        return new ChronicleLogStore(directory, lock, mark, disk, writer, new CopyOnWriteArrayList<>(segments), log);
    }

    /**
     * Vouches for what was found, once: a sync of it that fails has to come out of a change or a sync, whose failure is
     * final, and be remembered. A failed open is tried again, and would then be told that all is well.
     */
    private void begin() throws IOException {
        if (!writer.isBegun()) {
            writer.syncFound();
            if (!writer.hasSpace()) {
                deleteSegments(Integer.MAX_VALUE);
            }
            writer.begin(log);
            deleteSegments(Integer.MAX_VALUE);
        }
    }

    @Override
    public LogPosition base() {
        return log.base();
    }

    @Override
    public LogPosition last() {
        return log.last();
    }

    @Override
    public void append(List<LogEntry> entries) throws IOException {
        changes.lock();
        try {
            checkUsable();
            last().checkFollowedBy(entries);
            change(() -> {
                begin();
                LogView view = log;
                for (LogEntry entry : entries) {
                    if (writer.isFull()) {
                        roll(view);
                    }
                    view = writer.append(view, new LogPosition(entry.index(), entry.term()), entry.payload());
                }
                return view;
            });
        } finally {
            changes.unlock();
        }
    }

    @Override
    public void truncateSuffix(long from) throws IOException {
        changes.lock();
        try {
            checkUsable();
            if (from <= base().index()) {
                throw new IllegalArgumentException("can't drop entry " + from + ": the base is " + base().index());
            }
            if (from <= last().index()) {
                moveEnds(base(), log.position(from - 1));
            }
        } finally {
            changes.unlock();
        }
    }

    @Override
    public void truncatePrefix(long through) throws IOException {
        changes.lock();
        try {
            checkUsable();
            if (through > last().index()) {
                throw new IllegalArgumentException("can't drop entry " + through + ": the last is " + last().index());
            }
            if (through > base().index()) {
                moveEnds(log.position(through), last());
            }
        } finally {
            changes.unlock();
        }
    }

    @Override
    public void reset(LogPosition newBase) throws IOException {
        changes.lock();
        try {
            checkUsable();
            moveEnds(newBase, newBase);
        } finally {
            changes.unlock();
        }
    }

    private void moveEnds(LogPosition base, LogPosition last) throws IOException {
        change(() -> {
            begin();
            writer.writeBounds(base, last);
            mayDelete = true;
            return log.withBounds(base, last, "it was never written");
        });
    }

    @Override
    public void sync() throws IOException {
        changes.lock();
        try {
            checkUsable();
            change(() -> {
                begin();
                writer.sync();
                return log;
            });
            deleteSegments(DELETED_AT_ONCE);
        } finally {
            changes.unlock();
        }
    }

    @Override
    public long read(long from, Predicate<LogEntry> sink) throws IOException {
        checkOpen();
        try (LogReader reader = new LogReader(log)) {
            return reader.read(from, sink);
        }
    }

    @Override
    public long sizeInBytes() {
        long bytes = writer.segment().bytes();
        for (Segment segment : older) {
            bytes += segment.bytes();
        }
        return bytes;
    }

    /**
     * Deletes the segments that hold nothing of the log any more, in pieces between which other changes get their turn.
     * A segment of which anything is left stays.
     */
    @Override
    public void shrink() throws IOException {
        boolean more = true;
        while (more) {
            changes.lock();
            try {
                checkUsable();
                change(() -> {
                    begin();
                    writer.sync();
                    return log;
                });
                more = deleteSegments(DELETED_AT_ONCE);
                // Behind what it makes room for.
                if (!more && log.runs().size() == 0 && !writer.isFresh()) {
                    change(() -> {
                        roll(log);
                        return log;
                    });
                    more = true;
                }
            } finally {
                changes.unlock();
            }
        }
    }

    private void roll(LogView view) throws IOException {
        Segment full = writer.segment();
        try {
            writer.roll(view);
        } finally {
            if (writer.segment() != full) {
                older.add(full);
                mayDelete = true;
            }
        }
    }

    /**
     * Deletes segments without an entry of the log. What else they say is said again by the first record of the segment
     * behind them. To be called when everything is synced: an end that moves back in a power cut would want them again.
     *
     * <p>What can't be deleted only takes space. It is tried again later.
     *
     * @return whether there may be more of them
     */
    private boolean deleteSegments(int most) {
        if (!mayDelete) {
            return false;
        }
        int deleted = 0;
        boolean failed = false;
        for (Segment segment : dead(log, older)) {
            if (deleted == most) {
                break;
            }
            try {
                segment.delete(disk);
                older.remove(segment);
                deleted++;
            } catch (IOException e) {
                failed = true;
                if (!deletionFailed) {
                    LOG.warn("{} can't be deleted, which is tried again later: {}", segment.file(), e.toString());
                }
            }
        }
        deletionFailed = failed;
        if (deleted > 0) {
            deleteEmptyQueues(directory, Segment.queueOf(writer.segment()));
            writer.refresh();
        }
        mayDelete = failed || deleted == most;
        return deleted == most;
    }

    private static void deleteEmptyQueues(Path directory, Path used) {
        try {
            Segment.deleteEmptyQueues(directory, used);
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("an empty folder can't be deleted, which is tried again later: {}", e.toString());
        }
    }

    /** The segments without an entry of the log. */
    private static List<Segment> dead(LogView log, List<Segment> segments) {
        Set<Segment> live = new HashSet<>();
        for (int i = 0; i < log.runs().size(); i++) {
            Segment segment = log.runs().get(i).segment();
            if (segment != null) {
                live.add(segment);
            }
        }
        return segments.stream().filter(segment -> !live.contains(segment)).toList();
    }

    @Override
    public void close() throws IOException {
        changes.lock();
        try {
            if (!closed) {
                closed = true;
                closeAll();
            }
        } finally {
            changes.unlock();
        }
    }

    private void closeAll() throws IOException {
        try {
            writer.close();
        } finally {
            try {
                for (Segment segment : older) {
                    segment.close();
                }
                writer.segment().close();
                mark.close();
            } finally {
                directoryLock.close();
            }
        }
    }

    /** A change as it is made, which says what the log is then. */
    private interface Change {
        LogView make() throws IOException;
    }

    private void change(Change change) throws IOException {
        try {
            log = change.make();
        } catch (IOException e) {
            // A disk that failed once is not believed again: what the system says after that may be a lie.
            failure = e;
            throw e;
        } catch (RuntimeException | Error e) {
            failure = e;
            throw new IOException("changing the log " + directory + " failed: " + e.getMessage(), e);
        }
    }

    /** What the log is, for tests. */
    LogView view() {
        return log;
    }

    private void checkUsable() throws IOException {
        checkOpen();
        Throwable first = failure;
        if (first != null) {
            throw new IOException("the log has failed and takes no more changes: " + first.getMessage(), first);
        }
    }

    private void checkOpen() throws IOException {
        if (closed) {
            throw new IOException("the log " + directory + " is closed");
        }
    }
}
