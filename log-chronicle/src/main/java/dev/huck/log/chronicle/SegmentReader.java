package dev.huck.log.chronicle;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Walks the records of a segment's file. Reads the file as Chronicle lays it out, without Chronicle: a tailer that meets a
 * hole waits there for ever, and one that meets a damaged length maps a gigabyte.
 *
 * <p>Documents begin at multiples of 4 with a word, little-endian: 30 bits of length, one for Chronicle's own pages, one
 * for a document that is not complete.
 */
final class SegmentReader implements Closeable {
    private static final int WORD = Integer.BYTES;
    private static final int INCOMPLETE = 0x8000_0000;
    private static final int OWN_PAGE = 0x4000_0000;
    private static final int LENGTH = 0x3FFF_FFFF;

    // A page of Chronicle's index has 8192 words of 8 bytes and a few more.
    private static final int MAX_OWN_PAGE = 128 << 10;
    private static final int SMALLEST_WINDOW = 64 << 10;
    private static final byte[] NOTHING = new byte[0];

    private final Segment segment;
    private final RandomAccessFile file;
    private final RecordCodec codec = new RecordCodec();

    // The part of the file that was read last.
    private byte[] window = NOTHING;
    private long windowStart;
    private int windowLength;

    private long next;
    private long offset;

    // Where the search for the record that was read last began: behind the one before.
    private long from;
    private @Nullable RecordHeader header;
    private String problem = "";

    SegmentReader(Segment segment) throws IOException {
        this.segment = segment;
        this.file = segment.borrow();
    }

    Segment segment() {
        return segment;
    }

    /** Goes on with the record there, or with the first one behind Chronicle's page there. */
    void moveTo(long newOffset) {
        next = newOffset;
    }

    /**
     * Reads the next record's header.
     *
     * @return null where no intact one is; {@link #problem} says what is there
     */
    @Nullable
    RecordHeader next() throws IOException {
        header = null;
        from = next;
        while (true) {
            offset = next;
            if (!load(offset, WORD)) {
                return none("the file ends");
            }
            int word = word(offset);
            if (word == 0 || (word & INCOMPLETE) != 0) {
                return none("no record is there");
            }
            int length = word & LENGTH;
            next = align(offset + WORD + length);
            if ((word & OWN_PAGE) == 0) {
                header = readRecord(length);
                return header;
            }
            if (!isOwnPage(length)) {
                return none("a document's length is damaged");
            }
        }
    }

    /** Whether it may be a page of Chronicle's: a bit may have made one of a record, and its length may be anything. */
    private boolean isOwnPage(int length) throws IOException {
        return length <= MAX_OWN_PAGE
                && offset + WORD + length <= file.length()
                && !(load(offset + WORD, RecordCodec.HEADER_BYTES)
                        && codec.decodeKnown(window, at(offset + WORD)) != null);
    }

    private @Nullable RecordHeader readRecord(int length) throws IOException {
        if (length < RecordCodec.HEADER_BYTES || !load(offset + WORD, RecordCodec.HEADER_BYTES)) {
            return none("a record's length is damaged");
        }
        RecordHeader found = codec.decode(window, at(offset + WORD));
        if (found == null) {
            return none("a record's header is damaged");
        }
        int expected = RecordCodec.HEADER_BYTES + found.length();
        if (length != expected && length != align(expected)) {
            return none("a record's length is damaged");
        }
        return found;
    }

    private @Nullable RecordHeader none(String what) {
        problem = what;
        next = offset;
        return null;
    }

    /** Where the record is that was read last, or where it should be. */
    long offset() {
        return offset;
    }

    /** What was found in place of a record, with the place. */
    String problem() {
        return wrong(problem);
    }

    /** Something else that is wrong there, with the place. */
    String wrong(String what) {
        return at() + ": " + what;
    }

    /** The payload of the record that was read last, good until the next call; null if it is damaged. */
    @Nullable
    Slice payload() throws IOException {
        RecordHeader current = current();
        long start = offset + WORD + RecordCodec.HEADER_BYTES;
        if (!load(start, current.length())) {
            problem = current.name() + " is cut off";
            return null;
        }
        Slice payload = new Slice(window, at(start), current.length());
        if (!codec.matches(current, payload)) {
            problem = current.name() + ": checksum of the payload is not the one recorded, "
                    + String.format(Locale.ROOT, "%08x", current.payloadChecksum());
            return null;
        }
        return payload;
    }

    private RecordHeader current() {
        RecordHeader current = header;
        if (current == null) {
            throw new IllegalStateException("there is no record");
        }
        return current;
    }

    /**
     * Looks for intact headers in all that follows the last record but one that was read, whatever is between them. What
     * looks like a header may be an entry's payload.
     *
     * @param wanted the place of the record that should be there
     * @return the furthest place of which one of them, further on, says that it was synced
     */
    long durableInTheRest(long wanted) throws IOException {
        long durable = Place.NONE;
        for (long at = align(from); load(at, RecordCodec.HEADER_BYTES); at += WORD) {
            if (word(at) != 0) {
                RecordHeader found = codec.decodeKnown(window, at(at));
                if (found != null
                        && Place.segment(found.place()) == segment.number()
                        && found.place() > wanted
                        && found.durable() < found.place()) {
                    durable = Math.max(durable, found.durable());
                }
            }
        }
        return durable;
    }

    private String at() {
        return segment.file() + ", offset " + offset;
    }

    private static long align(long position) {
        return (position + WORD - 1) & -WORD;
    }

    private int at(long position) {
        return (int) (position - windowStart);
    }

    private int word(long position) {
        return ByteBuffer.wrap(window).order(ByteOrder.LITTLE_ENDIAN).getInt(at(position));
    }

    /** Has so many bytes in the window; false if the file has not. */
    private boolean load(long position, int count) throws IOException {
        if (position >= windowStart && position + count <= windowStart + windowLength) {
            return true;
        }
        if (position + count > file.length()) {
            return false;
        }
        if (window.length < count || window.length == 0) {
            window = new byte[Math.max(count, SMALLEST_WINDOW)];
        }
        file.seek(position);
        windowStart = position;
        windowLength = 0;
        while (windowLength < window.length) {
            int read = file.read(window, windowLength, window.length - windowLength);
            if (read < 0) {
                break;
            }
            windowLength += read;
        }
        if (windowLength < count) {
            Arrays.fill(window, (byte) 0);
            return false;
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        segment.giveBack(file);
    }
}
