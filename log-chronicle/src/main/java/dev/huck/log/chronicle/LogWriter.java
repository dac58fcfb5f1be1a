package dev.huck.log.chronicle;

import dev.huck.raft.api.spi.LogPosition;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Writes records at the end of a log, one segment after the other. Knows what is on disk: a segment is begun when the one
 * before was synced.
 */
final class LogWriter implements Closeable {
    /** A segment is begun only if so many bytes are left on the disk. */
    private static final long MIN_FREE_BYTES = 8 << 20;

    private final Path directory;
    private final Disk disk;
    private final SyncedMark mark;
    private final QueueWriter queue;
    private final RecordCodec codec = new RecordCodec();
    private final long segmentBytes;
    private final byte[] header = new byte[RecordCodec.HEADER_BYTES];

    // Read by those who want to know the size.
    private volatile Segment segment;

    private SegmentFile file;
    private long place;
    private long durable;

    /**
     * Begins a queue, whose first segment continues a log that is synced.
     *
     * @param log its directory
     * @param number of the segment; no queue there begins with it
     * @param view what the log is
     * @param segmentBytes after which a segment is full
     */
    LogWriter(Path log, int number, LogView view, SyncedMark mark, Disk disk, long segmentBytes) throws IOException {
        this.directory = Segment.queue(log, number);
        this.disk = disk;
        this.mark = mark;
        this.segmentBytes = segmentBytes;
        this.durable = mark.place();
        checkSpace(log);
        segment = new Segment(number, Segment.file(directory, number));
        QueueWriter begun = null;
        boolean opened = false;
        try {
            begun = new QueueWriter(directory, number);
            queue = begun;
            disk.syncDirectory(log);
            file = begin(view);
            opened = true;
        } catch (RuntimeException | Error e) {
            throw failure(e);
        } finally {
            if (!opened && begun != null) {
                begun.close();
            }
        }
    }

    /** Writes the current segment's first record, and has it on disk. */
    private SegmentFile begin(LogView view) throws IOException {
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
        checkSpace(directory);
        try {
            file.close();
            int number = segment.number() + 1;
            queue.roll(number);
            segment = new Segment(number, Segment.file(directory, number));
            file = begin(view);
        } catch (RuntimeException | Error e) {
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
            file.reserve(segment.bytes(), RecordCodec.HEADER_BYTES + payload.length());
            return writeRecord(kind, part, position, payload);
        } catch (IOException | RuntimeException | Error e) {
            throw failure(e);
        }
    }

    private long writeRecord(Kind kind, int part, LogPosition position, Slice payload) {
        codec.encode(kind, part, place, position, durable, header, payload);
        long offset = queue.write(place, header, payload);
        place++;
        segment.reached(offset + Integer.BYTES + RecordCodec.HEADER_BYTES + payload.length());
        return offset;
    }

    /** Makes everything that was written survive a power cut. */
    void sync() throws IOException {
        if (durable < place - 1) {
            try {
                file.sync(false);
            } catch (IOException | RuntimeException | Error e) {
                throw new IOException("syncing " + segment.file() + " failed: " + e.getMessage(), e);
            }
            durable = place - 1;
            mark.reached(durable);
        }
    }

    /** Tells Chronicle that segments are gone. */
    void refresh() {
        queue.refresh();
    }

    private void checkSpace(Path where) throws IOException {
        long free = disk.usableSpace(where);
        if (free < MIN_FREE_BYTES) {
            throw new IOException("disk full: " + where + " has " + free
                    + " bytes left, and a segment is begun only with " + MIN_FREE_BYTES);
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
            queue.close();
        } catch (RuntimeException | Error e) {
            throw new IOException("closing " + directory + " failed: " + e.getMessage(), e);
        } finally {
            file.close();
        }
    }
}
