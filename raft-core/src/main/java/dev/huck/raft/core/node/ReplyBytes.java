package dev.huck.raft.core.node;

import dev.huck.raft.api.Reply;
import dev.huck.raft.api.spi.ReplySink;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Replies as bytes, for the way from the leader to the node that the client is connected to: the calls of {@link Reply}, one
 * after the other, each reply apart. The version of RESP that the client speaks is known only there.
 */
final class ReplyBytes implements ReplySink {
    private static final int SIMPLE = 1;
    private static final int ERROR = 2;
    private static final int INTEGER = 3;
    private static final int BULK = 4;
    private static final int NIL = 5;
    private static final int NIL_ARRAY = 6;
    private static final int ARRAY = 7;
    private static final int MAP = 8;
    private static final int SET = 9;
    private static final int DECIMAL = 10;
    private static final int BOOL = 11;
    private static final int VERBATIM = 12;

    private byte[] bytes = new byte[64];
    private int length;
    /** Where in the bytes each call begins, and how many elements it still owed before. */
    private final List<Integer> starts = new ArrayList<>();

    private final List<Integer> elements = new ArrayList<>();

    /** The replies written since the last time, each whole. */
    List<byte[]> take() {
        List<byte[]> replies = new ArrayList<>();
        int from = 0;
        long owed = 1;
        for (int i = 0; i < starts.size(); i++) {
            owed += elements.get(i) - 1;
            if (owed == 0) {
                int to = i + 1 < starts.size() ? starts.get(i + 1) : length;
                replies.add(Arrays.copyOfRange(bytes, from, to));
                from = to;
                owed = 1;
            }
        }
        starts.clear();
        elements.clear();
        length = 0;
        bytes = new byte[64];
        return replies;
    }

    /**
     * Repeats the calls.
     *
     * @throws RuntimeException when the bytes are none of this class's
     */
    static void replay(byte[] reply, Reply to) {
        ByteBuffer in = ByteBuffer.wrap(reply);
        while (in.hasRemaining()) {
            switch (in.get()) {
                case SIMPLE -> to.simple(text(in));
                case ERROR -> to.error(text(in));
                case INTEGER -> to.integer(in.getLong());
                case BULK -> {
                    int size = in.getInt();
                    to.bulk(in.array(), in.arrayOffset() + in.position(), size);
                    in.position(in.position() + size);
                }
                case NIL -> to.nil();
                case NIL_ARRAY -> to.nilArray();
                case ARRAY -> to.array(in.getInt());
                case MAP -> to.map(in.getInt());
                case SET -> to.set(in.getInt());
                case DECIMAL -> to.decimal(in.getDouble());
                case BOOL -> to.bool(in.get() != 0);
                case VERBATIM -> to.verbatim(text(in));
                default -> throw new IllegalArgumentException("no part of a reply");
            }
        }
    }

    private static String text(ByteBuffer in) {
        byte[] text = new byte[in.getInt()];
        in.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private ByteBuffer call(int type, int more, int owes) {
        starts.add(length);
        elements.add(owes);
        int needed = length + 1 + more;
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, 2 * bytes.length));
        }
        ByteBuffer out = ByteBuffer.wrap(bytes, length, 1 + more).put((byte) type);
        length = needed;
        return out;
    }

    private void text(int type, String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        call(type, 4 + encoded.length, 0).putInt(encoded.length).put(encoded);
    }

    @Override
    public void simple(String text) {
        text(SIMPLE, text);
    }

    @Override
    public void error(String message) {
        text(ERROR, message);
    }

    @Override
    public void integer(long value) {
        call(INTEGER, 8, 0).putLong(value);
    }

    @Override
    public void bulk(byte[] from, int offset, int size) {
        call(BULK, 4 + size, 0).putInt(size).put(from, offset, size);
    }

    @Override
    public void nil() {
        call(NIL, 0, 0);
    }

    @Override
    public void nilArray() {
        call(NIL_ARRAY, 0, 0);
    }

    @Override
    public void array(int size) {
        call(ARRAY, 4, size).putInt(size);
    }

    @Override
    public void map(int size) {
        call(MAP, 4, Math.multiplyExact(2, size)).putInt(size);
    }

    @Override
    public void set(int size) {
        call(SET, 4, size).putInt(size);
    }

    @Override
    public void decimal(double value) {
        call(DECIMAL, 8, 0).putDouble(value);
    }

    @Override
    public void bool(boolean value) {
        call(BOOL, 1, 0).put((byte) (value ? 1 : 0));
    }

    @Override
    public void verbatim(String text) {
        text(VERBATIM, text);
    }

    @Override
    public int mark() {
        return starts.size();
    }

    @Override
    public void rewind(int mark) {
        if (mark < starts.size()) {
            length = starts.get(mark);
            starts.subList(mark, starts.size()).clear();
            elements.subList(mark, elements.size()).clear();
        }
    }
}
