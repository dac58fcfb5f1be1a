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
    /** Results, and {@link Header}s before the results that belong to them. */
    private final List<Object> written = new ArrayList<>();

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
        written.add(new Result.Simple(text));
    }

    @Override
    public void error(String message) {
        written.add(new Result.Error(message));
    }

    @Override
    public void integer(long value) {
        written.add(new Result.Int(value));
    }

    @Override
    public void bulk(byte[] bytes, int offset, int length) {
        written.add(new Result.Bulk(Arrays.copyOfRange(bytes, offset, offset + length)));
    }

    @Override
    public void nil() {
        written.add(new Result.Nil());
    }

    @Override
    public void nilArray() {
        written.add(new Result.Nil());
    }

    @Override
    public void array(int size) {
        written.add(new Header(size));
    }

    @Override
    public void map(int size) {
        written.add(new Header(Math.multiplyExact(2, size)));
    }

    @Override
    public void set(int size) {
        written.add(new Header(size));
    }

    @Override
    public void decimal(double value) {
        written.add(new Result.Decimal(value));
    }

    @Override
    public void bool(boolean value) {
        written.add(new Result.Bool(value));
    }

    @Override
    public void verbatim(String text) {
        written.add(new Result.Bulk(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public int mark() {
        return written.size();
    }

    @Override
    public void rewind(int mark) {
        written.subList(mark, written.size()).clear();
    }
}
