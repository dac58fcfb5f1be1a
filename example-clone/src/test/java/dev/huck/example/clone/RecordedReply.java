package dev.huck.example.clone;

import dev.huck.raft.api.Reply;
import dev.huck.raft.api.Result;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Takes one reply and makes it a value; complains about none, and about two. */
final class RecordedReply implements Reply {
    private final List<Result> elements = new ArrayList<>();
    private final List<Integer> sizes = new ArrayList<>();

    /** The reply, once it is whole. */
    Result result() {
        int[] at = {0};
        Result result = read(at);
        if (at[0] != elements.size()) {
            throw new AssertionError("more than one reply: " + elements);
        }
        return result;
    }

    private Result read(int[] at) {
        if (at[0] == elements.size()) {
            throw new AssertionError("an incomplete reply: " + elements);
        }
        int here = at[0]++;
        if (sizes.get(here) < 0) {
            return elements.get(here);
        }
        List<Result> inner = new ArrayList<>();
        for (int i = 0; i < sizes.get(here); i++) {
            inner.add(read(at));
        }
        return new Result.Array(inner);
    }

    private void add(Result element) {
        elements.add(element);
        sizes.add(-1);
    }

    @Override
    public void simple(String text) {
        add(new Result.Simple(text));
    }

    @Override
    public void error(String message) {
        add(new Result.Error(message));
    }

    @Override
    public void integer(long value) {
        add(new Result.Int(value));
    }

    @Override
    public void bulk(byte[] bytes, int offset, int length) {
        add(new Result.Bulk(Arrays.copyOfRange(bytes, offset, offset + length)));
    }

    @Override
    public void nil() {
        add(new Result.Nil());
    }

    @Override
    public void nilArray() {
        add(new Result.Nil());
    }

    @Override
    public void array(int size) {
        elements.add(new Result.Nil());
        sizes.add(size);
    }

    @Override
    public void map(int size) {
        array(2 * size);
    }

    @Override
    public void set(int size) {
        array(size);
    }

    @Override
    public void decimal(double value) {
        add(new Result.Decimal(value));
    }

    @Override
    public void bool(boolean value) {
        add(new Result.Bool(value));
    }

    @Override
    public void verbatim(String text) {
        text(text);
    }
}
