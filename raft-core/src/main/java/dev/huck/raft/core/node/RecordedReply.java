package dev.huck.raft.core.node;

import dev.huck.raft.api.Reply;
import dev.huck.raft.api.spi.ReplySink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Keeps a reply that was ready before its turn, to be written when the turn comes. Rare, so simple. */
final class RecordedReply implements ReplySink {
    private final List<Consumer<Reply>> calls = new ArrayList<>();
    private long bytes;

    /** What it holds in memory, roughly. */
    long cost() {
        return bytes + 64L * calls.size();
    }

    /** Writes what was kept. */
    void replay(Reply to) {
        calls.forEach(call -> call.accept(to));
    }

    @Override
    public void simple(String text) {
        calls.add(to -> to.simple(text));
    }

    @Override
    public void error(String message) {
        calls.add(to -> to.error(message));
    }

    @Override
    public void integer(long value) {
        calls.add(to -> to.integer(value));
    }

    @Override
    public void bulk(byte[] from, int offset, int length) {
        byte[] copy = Arrays.copyOfRange(from, offset, offset + length);
        bytes += length;
        calls.add(to -> to.bulk(copy));
    }

    @Override
    public void nil() {
        calls.add(Reply::nil);
    }

    @Override
    public void nilArray() {
        calls.add(Reply::nilArray);
    }

    @Override
    public void array(int size) {
        calls.add(to -> to.array(size));
    }

    @Override
    public void map(int size) {
        calls.add(to -> to.map(size));
    }

    @Override
    public void set(int size) {
        calls.add(to -> to.set(size));
    }

    @Override
    public void decimal(double value) {
        calls.add(to -> to.decimal(value));
    }

    @Override
    public void bool(boolean value) {
        calls.add(to -> to.bool(value));
    }

    @Override
    public void verbatim(String text) {
        calls.add(to -> to.verbatim(text));
    }

    @Override
    public int mark() {
        return calls.size();
    }

    @Override
    public void rewind(int mark) {
        calls.subList(mark, calls.size()).clear();
    }
}
