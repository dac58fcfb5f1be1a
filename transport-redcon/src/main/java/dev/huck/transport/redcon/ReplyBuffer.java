package dev.huck.transport.redcon;

import dev.huck.raft.api.spi.ReplySink;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Replies in RESP2 or RESP3, in one array until they are flushed. An array and not a Netty buffer, because a reply is
 * many small writes and those are several times cheaper here; the one copy at the flush is cheaper still.
 *
 * <p>Used by one thread at a time, with a happens-before between them. Never throws: past its limit it drops
 * everything and remembers that it did.
 */
final class ReplyBuffer implements ReplySink {
    private static final int KEPT = 16 << 10;
    private static final byte[] NOTHING = {};
    private static final byte[] OK = ascii("+OK\r\n");
    private static final byte[] NIL = ascii("$-1\r\n");
    private static final byte[] NIL_ARRAY = ascii("*-1\r\n");
    private static final byte[] NULL = ascii("_\r\n");
    private static final byte[] TRUE = ascii("#t\r\n");
    private static final byte[] FALSE = ascii("#f\r\n");

    private final long limit;
    private byte[] bytes = NOTHING;
    private int length;
    private boolean resp3;
    private boolean muted;
    private boolean overflowed;

    ReplyBuffer(long limit) {
        this.limit = Math.min(limit, Integer.MAX_VALUE - 8);
    }

    /** Switches the version of the protocol for the replies that follow. */
    void resp3(boolean value) {
        resp3 = value;
    }

    /** Drops the replies that follow, until told otherwise. */
    void mute(boolean value) {
        muted = value;
    }

    boolean isEmpty() {
        return length == 0;
    }

    int length() {
        return length;
    }

    /** Whether more was written between two flushes than a client may leave unread. */
    boolean overflowed() {
        return overflowed;
    }

    /** Moves everything to the end of a buffer. */
    void drainTo(ByteBuf out) {
        out.writeBytes(bytes, 0, length);
        clear();
    }

    /** Drops everything. */
    void clear() {
        length = 0;
        if (bytes.length > KEPT) {
            bytes = NOTHING;
        }
    }

    @Override
    public int mark() {
        return length;
    }

    @Override
    public void rewind(int mark) {
        length = Math.min(mark, length);
    }

    @Override
    public void ok() {
        raw(OK);
    }

    @Override
    public void simple(String text) {
        line('+', text);
    }

    @Override
    public void error(String message) {
        line('-', message);
    }

    @Override
    public void integer(long value) {
        number(':', value);
    }

    @Override
    public void bulk(byte[] source, int offset, int count) {
        if (room(count + Numbers.LONGEST + 5L)) {
            header('$', count);
            payload(source, offset, count);
        }
    }

    @Override
    public void nil() {
        raw(resp3 ? NULL : NIL);
    }

    @Override
    public void nilArray() {
        raw(resp3 ? NULL : NIL_ARRAY);
    }

    @Override
    public void array(int size) {
        number('*', size);
    }

    @Override
    public void map(int size) {
        if (resp3) {
            number('%', size);
        } else {
            number('*', 2L * size);
        }
    }

    @Override
    public void set(int size) {
        number(resp3 ? '~' : '*', size);
    }

    @Override
    public void decimal(double value) {
        String text = Decimals.format(value);
        if (resp3) {
            line(',', text);
        } else {
            text(text);
        }
    }

    @Override
    public void bool(boolean value) {
        if (resp3) {
            raw(value ? TRUE : FALSE);
        } else {
            integer(value ? 1 : 0);
        }
    }

    @Override
    public void verbatim(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (!resp3) {
            bulk(utf8);
        } else if (room(utf8.length + Numbers.LONGEST + 9L)) {
            header('=', utf8.length + 4L);
            bytes[length++] = 't';
            bytes[length++] = 'x';
            bytes[length++] = 't';
            bytes[length++] = ':';
            payload(utf8, 0, utf8.length);
        }
    }

    private void raw(byte[] reply) {
        if (room(reply.length)) {
            System.arraycopy(reply, 0, bytes, length, reply.length);
            length += reply.length;
        }
    }

    private void number(char type, long value) {
        if (room(Numbers.LONGEST + 3L)) {
            header(type, value);
        }
    }

    /** A line break inside would let whoever chose the text forge the next reply. */
    private void line(char type, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (!room(utf8.length + 3L)) {
            return;
        }
        bytes[length++] = (byte) type;
        for (byte b : utf8) {
            bytes[length++] = b == '\r' || b == '\n' ? (byte) ' ' : b;
        }
        lineEnd();
    }

    private void header(char type, long value) {
        bytes[length++] = (byte) type;
        length = Numbers.write(value, bytes, length);
        lineEnd();
    }

    private void payload(byte[] source, int offset, int count) {
        System.arraycopy(source, offset, bytes, length, count);
        length += count;
        lineEnd();
    }

    private void lineEnd() {
        bytes[length++] = '\r';
        bytes[length++] = '\n';
    }

    private boolean room(long more) {
        long needed = length + more;
        if (needed <= bytes.length && !muted && !overflowed) {
            return true;
        }
        return !muted && grow(needed);
    }

    private boolean grow(long needed) {
        if (overflowed || needed > limit) {
            overflowed = true;
            bytes = NOTHING;
            length = 0;
            return false;
        }
        long doubled = Math.min(limit, Math.max(256, 2L * bytes.length));
        bytes = Arrays.copyOf(bytes, (int) Math.max(needed, doubled));
        return true;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
