package dev.huck.log.chronicle;

import dev.huck.raft.api.spi.LogPosition;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes records at the end of a log, one segment after the other. Knows what is on disk: a segment is begun when the one
 * before was synced, the first of them when what was found was.
 */
final class LogWriter implements Closeable {
    /** A segment is begun only if so many bytes are left on the disk. */
    private static final long MIN_FREE_BYTES = 8 << 20;

    private final Path log;
    private final Path directory;
    private final Disk disk;
    private final SyncedMark mark;
    private final RecordCodec codec = new RecordCodec();
    private final long segmentBytes;
    private final byte[] header = new byte[RecordCodec.HEADER_BYTES];

    // Read by those who want to know the size.
    private volatile Segment segment;

    // Null until the first segment is begun; the queue's folder may be there before.
    private @Nullable QueueWriter queue;
    private @Nullable SegmentFile file;

    // The newest that was there before; null once it is synced.
    private @Nullable Segment found;
    private long place;
    private long durable;

    /**
     * Makes a queue, if there is space. What can fail for reasons that are not the disk's fails here.
     *
     * @param log its directory
     * @param number of its first segment; no queue there begins with it
     * @param found the newest segment that is there
     * @param dead bytes that will be free once what was found is synced
     * @param segmentBytes after which a segment is full
     */
    LogWriter(Path log, int number, @Nullable Segment found, long dead, SyncedMark mark, Disk disk, long segmentBytes)
            throws IOException {
        this.log = log;
        this.directory = Segment.queue(log, number);
        this.disk = disk;
        this.mark = mark;
        this.segmentBytes = segmentBytes;
        this.durable = mark.place();
        this.found = found;
        this.segment = new Segment(number, Segment.file(directory, number));
        checkSpace(dead);
        if (hasSpace()) {
            queue = makeQueue();
        }
    }

    private QueueWriter makeQueue() throws IOException {
        try {
            return new QueueWriter(directory, segment.number());
        } catch (RuntimeException | Error e) {
            throw failure(e);
        }
    }

    /** Makes what was found survive a power cut. The segments before the newest were synced when that was begun. */
    void syncFound() throws IOException {
        Segment newest = found;
        if (newest != null) {
            try (SegmentFile opened = new SegmentFile(newest.file(), disk)) {
                opened.cutOff(newest.bytes());
                opened.sync(true);
                disk.syncDirectory(Segment.queueOf(newest));
            } catch (IOException | RuntimeException | Error e) {
                throw new IOException("syncing " + newest.file() + " failed: " + e.getMessage(), e);
            }
            found = null;
        }
    }

    /** Whether the first segment is there. */
    boolean isBegun() {
        return file != null;
    }

    /**
     * Begins the first segment, when what was found is synced.
     *
     * @param view what the log is
     */
    void begin(LogView view) throws IOException {
        if (found != null) {
            throw new IllegalStateException(found.file() + " is not synced");
        }
        if (queue == null) {
            checkSpace(0);
            queue = makeQueue();
        }
        try {
            disk.syncDirectory(log);
            file = beginSegment(view);
        } catch (IOException | RuntimeException | Error e) {
            throw failure(e);
        }
    }

    /** Writes the current segment's first record, and has it on disk. */
    private SegmentFile beginSegment(LogView view) throws IOException {
        place = Place.of(segment.number(), 0);
        writeRecord(Kind.SEGMENT, 0, view.last(), Slice.of(RecordCodec.encodeBase(view.base())));
        SegmentFile begun = new SegmentFile(segment.file(), disk);
        boolean synced = false;
        try {
            begun.reserve(segment.bytes(), 0);
            begun.sync(true);
            disk.syncDirectory(directory);
            durable = place - 1;
            mark.reached(durable);
            synced = true;
        } finally {
            if (!synced) {
                begun.close();
            }
        }
        return begun;
    }

    Segment segment() {
        return segment;
    }

    /** Whether the segment has nothing in it but its first record. */
    boolean isFresh() {
        return Place.sequence(place) <= 1;
    }

    /** Whether it is time for the next segment. */
    boolean isFull() {
        return segment.bytes() >= segmentBytes;
    }

    /**
     * Begins the next segment.
     *
     * @param view what the log is
     */
    void roll(LogView view) throws IOException {
        sync();
        checkSpace(0);
        try {
            file().close();
            int number = segment.number() + 1;
            queue().roll(number);
            segment = new Segment(number, Segment.file(directory, number));
            file = beginSegment(view);
        } catch (IOException | RuntimeException | Error e) {
            throw failure(e);
        }
    }

    /**
     * Writes an entry at the end of the current segment.
     *
     * @return the log with it
     */
    LogView append(LogView view, LogPosition entry, byte[] payload) throws IOException {
        long first = place;
        long offset = -1;
        int part = 0;
        int from = 0;
        do {
            int length = Math.min(QueueWriter.MAX_PAYLOAD, payload.length - from);
            Kind kind = from + length < payload.length ? Kind.PART : Kind.ENTRY;
            long at = write(kind, part, entry, new Slice(payload, from, length));
            offset = part == 0 ? at : offset;
            part++;
            from += length;
        } while (from < payload.length);
        return view.withEntry(entry, segment, first, offset);
    }

    /** Writes where the log begins and ends from here on. */
    void writeBounds(LogPosition base, LogPosition last) throws IOException {
        write(Kind.BOUNDS, 0, last, Slice.of(RecordCodec.encodeBase(base)));
    }

    private long write(Kind kind, int part, LogPosition position, Slice payload) throws IOException {
        try {
            file().reserve(segment.bytes(), RecordCodec.HEADER_BYTES + payload.length());
            return writeRecord(kind, part, position, payload);
        } catch (IOException | RuntimeException | Error e) {
            throw failure(e);
        }
    }

    private long writeRecord(Kind kind, int part, LogPosition position, Slice payload) throws IOException {
        codec.encode(kind, part, place, position, durable, header, payload);
        long offset = queue().write(place, header, payload);
        place++;
        segment.reached(offset + Integer.BYTES + RecordCodec.HEADER_BYTES + payload.length());
        disk.wrote();
        return offset;
    }

    /** Makes everything that was written survive a power cut. */
    void sync() throws IOException {
        if (durable < place - 1) {
            try {
                file().sync(false);
            } catch (IOException | RuntimeException | Error e) {
                throw new IOException("syncing " + segment.file() + " failed: " + e.getMessage(), e);
            }
            durable = place - 1;
            mark.reached(durable);
        }
    }

    /** Tells Chronicle that segments are gone. */
    void refresh() {
        if (queue != null) {
            queue.refresh();
        }
    }

    /** Whether there is enough for a segment. */
    boolean hasSpace() throws IOException {
        return disk.usableSpace(log) >= MIN_FREE_BYTES;
    }

    private void checkSpace(long more) throws IOException {
        long free = disk.usableSpace(log);
        if (free < MIN_FREE_BYTES - more) {
            throw new IOException("disk full: " + log + " has " + free
                    + " bytes left, and a segment is begun only with " + MIN_FREE_BYTES + ": make room");
        }
    }

    /** What a map of a full disk throws is an InternalError; what Chronicle throws may be anything. */
    private IOException failure(Throwable e) {
        boolean full = e instanceof InternalError
                || String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("no space left");
        return new IOException((full ? "disk full: " : "") + "writing " + directory + " failed: " + e.getMessage(), e);
    }

    @Override
    public void close() throws IOException {
        try {
            if (queue != null) {
                queue.close();
            }
        } catch (RuntimeException | Error e) {
            throw new IOException("closing " + directory + " failed: " + e.getMessage(), e);
        } finally {
            if (file != null) {
                file.close();
            }
        }
    }

    private QueueWriter queue() {
        return Objects.requireNonNull(queue);
    }

    private SegmentFile file() {
        return Objects.requireNonNull(file);
    }
}
