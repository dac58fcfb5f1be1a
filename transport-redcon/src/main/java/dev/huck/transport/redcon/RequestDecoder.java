package dev.huck.transport.redcon;

import dev.huck.raft.api.Command;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes commands out of a client's bytes: RESP arrays of bulk strings, and inline commands. Goes on wherever the bytes
 * so far end, so the same stream gives the same commands however it is cut; it accepts, ignores and refuses what Redis
 * does, in Redis's words.
 *
 * <p>Bytes are copied once, from the socket's buffer into an array that the commands then share; only a command that
 * spans reads is moved. Memory follows what has arrived, never what was announced.
 *
 * <p>Used by one thread, the connection's. Of no more use after a {@link ProtocolException}.
 */
final class RequestDecoder {
    /** The longest line: an inline command, or the header of an array or of a bulk string. Redis's limit. */
    static final int LINE_LIMIT = 64 << 10;

    /** An announced number of arguments is believed up to here; beyond, room grows as they arrive. */
    private static final int ARGUMENTS_AT_FIRST = 64;

    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;
    private static final byte[] NOTHING = {};
    private static final int[] NO_BOUNDS = {};

    private final int maxArguments;
    private final int maxCommandBytes;

    /** Handed out commands lie before {@link #start}; nothing there is ever changed. */
    private byte[] buffer = NOTHING;

    private int start;
    private int position;
    private int end;

    /** Up to here no end of the line at hand was found; saves a trickle from being searched again and again. */
    private int searched;

    /** Elements of the array at hand that are still to come; 0 between commands. */
    private int missing;

    /** Length of the bulk string at hand, -1 before its header. */
    private int bulk = -1;

    private int[] bounds = NO_BOUNDS;
    private int filled;

    RequestDecoder(int maxArguments, int maxCommandBytes) {
        this.maxArguments = maxArguments;
        this.maxCommandBytes = maxCommandBytes;
    }

    /** Takes all readable bytes. */
    void append(ByteBuf in) {
        int length = in.readableBytes();
        makeRoom(length);
        in.readBytes(buffer, end, length);
        end += length;
    }

    /**
     * The next complete command.
     *
     * @return null when more bytes are needed
     * @throws ProtocolException when the bytes are no command
     */
    @Nullable
    Command next() throws ProtocolException {
        while (position < end) {
            if (missing == 0 && buffer[position] != '*') {
                int newline = lineEnd('\n', "too big inline request");
                if (newline < 0) {
                    return null;
                }
                Command command = InlineSplitter.split(buffer, position, withoutReturn(newline));
                proceed(newline + 1);
                start = position;
                if (command != null) {
                    return command;
                }
            } else if (missing == 0 && !arrayHeader()) {
                return null;
            }
            if (missing > 0) {
                return elements() ? complete() : null;
            }
        }
        if (start == end) {
            clear(); // an idle connection keeps nothing
        }
        return null;
    }

    /** Drops what it has: of no use, or of no more use. */
    void clear() {
        buffer = NOTHING;
        bounds = NO_BOUNDS;
        start = position = searched = end = filled = 0;
    }

    /** Lets go of complete commands that share an array with a short half sent one; to be called between reads. */
    void trim() {
        if (midway() && 2L * (end - start) < buffer.length) {
            move(end - start);
        }
    }

    /** Whether a command has begun to arrive and is not complete. */
    boolean midway() {
        return start < end;
    }

    /** Bytes of memory that a half sent command holds. */
    int held() {
        return midway() ? (int) Math.min(Integer.MAX_VALUE, buffer.length + 4L * bounds.length) : 0;
    }

    /** Bytes of memory that it would hold with so many bytes more. */
    int heldWith(int length) {
        return fits(length) ? held() : (int) Math.min(Integer.MAX_VALUE, capacity(length) + 4L * bounds.length);
    }

    private boolean fits(int length) {
        return midway() && length <= buffer.length - end;
    }

    private void makeRoom(int length) {
        if (!fits(length)) {
            move(capacity(length));
        }
    }

    /** Moves the half sent command to an array of its own. */
    private void move(int capacity) {
        int kept = end - start;
        byte[] grown = new byte[capacity];
        System.arraycopy(buffer, start, grown, 0, kept);
        for (int i = 0; i < filled; i++) {
            bounds[i] -= start;
        }
        position -= start;
        searched = Math.max(0, searched - start);
        buffer = grown;
        end = kept;
        start = 0;
    }

    /** Doubles what is there, so that a long command is moved a few times only, but not past its end once that is known. */
    private int capacity(int length) {
        int kept = end - start;
        long known = missing == 1 && bulk >= 0 ? (long) position - start + bulk + 2 : Long.MAX_VALUE;
        long doubled = Math.min(2L * kept, Math.min(known, LARGEST_ARRAY));
        return Math.toIntExact(Math.max((long) kept + length, doubled));
    }

    /** Reads {@code *count}; false when it is not all there. */
    private boolean arrayHeader() throws ProtocolException {
        int line = lineEnd('\r', "too big mbulk count string");
        if (line < 0) {
            return false;
        }
        long count = Numbers.parse(buffer, position + 1, line);
        if (count == Numbers.NONE || count > maxArguments) {
            throw new ProtocolException("invalid multibulk length");
        }
        proceed(line + 2);
        if (count > 0) {
            missing = (int) count;
            bounds = new int[2 * Math.min(missing, ARGUMENTS_AT_FIRST)];
            filled = 0;
        } else {
            start = position;
        }
        return true;
    }

    /** Reads bulk strings; false when they are not all there. */
    private boolean elements() throws ProtocolException {
        while (missing > 0) {
            if (bulk < 0 && !bulkHeader()) {
                return false;
            }
            if (end - position < bulk + 2L) {
                return false;
            }
            if (filled == bounds.length) {
                bounds = Arrays.copyOf(bounds, (int) Math.min(2L * filled, filled + 2L * missing));
            }
            bounds[filled++] = position;
            bounds[filled++] = position + bulk;
            proceed(position + bulk + 2); // like Redis, takes the line end on trust
            bulk = -1;
            missing--;
        }
        return true;
    }

    /** Reads {@code $length}; false when it is not all there. */
    private boolean bulkHeader() throws ProtocolException {
        int line = lineEnd('\r', "too big bulk count string");
        if (line < 0) {
            return false;
        }
        if (buffer[position] != '$') {
            throw new ProtocolException("expected '$', got '" + (char) (buffer[position] & 0xff) + "'");
        }
        long length = Numbers.parse(buffer, position + 1, line);
        // NONE is negative. The limit is on the whole command, as nothing but it bounds many long arguments.
        if (length < 0 || length > maxCommandBytes - (position - start)) {
            throw new ProtocolException("invalid bulk length");
        }
        proceed(line + 2);
        bulk = (int) length;
        return true;
    }

    private Command complete() {
        Command command = new Command(buffer, filled == bounds.length ? bounds : Arrays.copyOf(bounds, filled));
        start = position;
        filled = 0;
        return command;
    }

    /** Where the line at hand ends; -1 when the end, for {@code \r} with the byte after it, is not there. */
    private int lineEnd(char mark, String tooLong) throws ProtocolException {
        int limit = Math.min(end, position + LINE_LIMIT + 1);
        for (int i = Math.max(position, searched); i < limit; i++) {
            if (buffer[i] == mark) {
                searched = i;
                return mark == '\n' || i + 1 < end ? i : -1;
            }
        }
        if (end - position > LINE_LIMIT) {
            throw new ProtocolException(tooLong);
        }
        searched = limit;
        return -1;
    }

    private int withoutReturn(int newline) {
        return newline > position && buffer[newline - 1] == '\r' ? newline - 1 : newline;
    }

    private void proceed(int to) {
        position = to;
        searched = to;
    }
}
