package dev.huck.raft.core.node;

import dev.huck.raft.api.Result;
import dev.huck.raft.api.spi.ReplySink;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A sink that makes values of replies. What was written is kept flat, so that it can be taken back, and becomes values
 * when it is taken.
 */
final class ResultReply implements ReplySink {
    private static final int EACH = 32;

    /** Results, and {@link Header}s before the results that belong to them. */
    private final List<Object> written = new ArrayList<>();

    /** For each, the bytes up to and with it. */
    private final List<Integer> bytes = new ArrayList<>();

    private int at;

    private record Header(int elements) {}

    /**
     * The replies written since the last time.
     *
     * @return whole replies in order
     */
    List<Result> take() {
        List<Result> results = new ArrayList<>();
        at = 0;
        while (at < written.size()) {
            results.add(next());
        }
        written.clear();
        bytes.clear();
        return results;
    }

    private Result next() {
        Object item = written.get(at++);
        if (item instanceof Result result) {
            return result;
        }
        List<Result> elements = new ArrayList<>();
        for (int missing = ((Header) item).elements; missing > 0; missing--) {
            elements.add(next());
        }
        return new Result.Array(elements);
    }

    @Override
    public void simple(String text) {
        add(new Result.Simple(text), 2 * text.length());
    }

    @Override
    public void error(String message) {
        add(new Result.Error(message), 2 * message.length());
    }

    @Override
    public void integer(long value) {
        add(new Result.Int(value), 0);
    }

    @Override
    public void bulk(byte[] from, int offset, int length) {
        add(new Result.Bulk(Arrays.copyOfRange(from, offset, offset + length)), length);
    }

    @Override
    public void nil() {
        add(new Result.Nil(), 0);
    }

    @Override
    public void nilArray() {
        add(new Result.Nil(), 0);
    }

    @Override
    public void array(int size) {
        add(new Header(size), 0);
    }

    @Override
    public void map(int size) {
        add(new Header(Math.multiplyExact(2, size)), 0);
    }

    @Override
    public void set(int size) {
        add(new Header(size), 0);
    }

    @Override
    public void decimal(double value) {
        add(new Result.Decimal(value), 0);
    }

    @Override
    public void bool(boolean value) {
        add(new Result.Bool(value), 0);
    }

    @Override
    public void verbatim(String text) {
        bulk(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Roughly, as a mark has to be; saturates, as only more than two gigabytes could make one mark of two. */
    private void add(Object item, int length) {
        bytes.add((int) Math.min(Integer.MAX_VALUE, (long) mark() + EACH + length));
        written.add(item);
    }

    @Override
    public int mark() {
        return bytes.isEmpty() ? 0 : bytes.get(bytes.size() - 1);
    }

    @Override
    public void rewind(int mark) {
        while (mark() > mark) {
            bytes.remove(bytes.size() - 1);
            written.remove(written.size() - 1);
        }
    }
}
