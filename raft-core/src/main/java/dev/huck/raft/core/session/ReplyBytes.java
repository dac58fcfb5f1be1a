package dev.huck.raft.core.session;

import dev.huck.raft.api.Reply;
import dev.huck.raft.api.spi.ReplySink;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A sink that makes bytes of a reply, and makes the reply of the bytes again: every call with a letter of its own, so
 * that whatever the client's version of the protocol, it gets what it would have got at first.
 */
public final class ReplyBytes implements ReplySink {
    /** Gives back its array only in a copy, and keeps it from one reply to the next. */
    private static final class Buffer extends ByteArrayOutputStream {
        private static final int KEPT = 1 << 16;

        byte[] take() {
            byte[] taken = Arrays.copyOf(buf, count);
            count = 0;
            if (buf.length > KEPT) {
                buf = new byte[KEPT];
            }
            return taken;
        }

        void rewind(int to) {
            count = to;
        }
    }

    private final Buffer out = new Buffer();

    /** @return what was written since the last time */
    public byte[] take() {
        return out.take();
    }

    /**
     * Makes the reply again.
     *
     * @param bytes from {@link #take}
     * @param to takes it
     */
    public static void replay(byte[] bytes, Reply to) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        while (in.hasRemaining()) {
            char what = (char) in.get();
            switch (what) {
                case '+' -> to.simple(text(in));
                case '-' -> to.error(text(in));
                case ':' -> to.integer(in.getLong());
                case '$' -> {
                    int length = in.getInt();
                    to.bulk(bytes, in.position(), length);
                    in.position(in.position() + length);
                }
                case '_' -> to.nil();
                case '0' -> to.nilArray();
                case '*' -> to.array(in.getInt());
                case '%' -> to.map(in.getInt());
                case '~' -> to.set(in.getInt());
                case ',' -> to.decimal(in.getDouble());
                case '#' -> to.bool(in.get() != 0);
                case '=' -> to.verbatim(text(in));
                default -> throw new IllegalArgumentException("no reply begins with " + (int) what);
            }
        }
    }

    private static String text(ByteBuffer in) {
        byte[] bytes = new byte[in.getInt()];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public void simple(String text) {
        put('+', text);
    }

    @Override
    public void error(String message) {
        put('-', message);
    }

    @Override
    public void integer(long value) {
        out.writeBytes(ByteBuffer.allocate(9).put((byte) ':').putLong(value).array());
    }

    @Override
    public void bulk(byte[] bytes, int offset, int length) {
        put('$', length);
        out.write(bytes, offset, length);
    }

    @Override
    public void nil() {
        out.write('_');
    }

    @Override
    public void nilArray() {
        out.write('0');
    }

    @Override
    public void array(int size) {
        put('*', size);
    }

    @Override
    public void map(int size) {
        put('%', size);
    }

    @Override
    public void set(int size) {
        put('~', size);
    }

    @Override
    public void decimal(double value) {
        out.writeBytes(ByteBuffer.allocate(9).put((byte) ',').putDouble(value).array());
    }

    @Override
    public void bool(boolean value) {
        out.write('#');
        out.write(value ? 1 : 0);
    }

    @Override
    public void verbatim(String text) {
        put('=', text);
    }

    @Override
    public int mark() {
        return out.size();
    }

    @Override
    public void rewind(int mark) {
        out.rewind(mark);
    }

    private void put(char what, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        put(what, bytes.length);
        out.writeBytes(bytes);
    }

    private void put(char what, int number) {
        out.writeBytes(ByteBuffer.allocate(5).put((byte) what).putInt(number).array());
    }
}
