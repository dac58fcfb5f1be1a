package dev.huck.raft.core.node;

import dev.huck.raft.api.Reply;
import dev.huck.raft.api.spi.ReplySink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Keeps a reply that was ready before its turn, to be written when the turn comes; one that is too long is dropped, and
 * that it was is remembered. Rare, so simple.
 */
final class RecordedReply implements ReplySink {
    private static final byte[] NOTHING = {};
    private static final long EACH = 64;
    /** What {@link Operation#OVERHEAD} pays for: a number or a line can be kept however little room there is. */
    private static final long PAID = 3 * EACH;

    private final List<Consumer<Reply>> calls = new ArrayList<>();
    private final long room;
    private long bytes;
    private boolean tooLong;

    /**
     * Nothing yet.
     *
     * @param room the most that it may {@link #cost}
     */
    RecordedReply(long room) {
        this.room = room;
    }

    /** What it holds in memory, roughly, beyond what its operation pays for. */
    long cost() {
        return Math.max(0, bytes + EACH * calls.size() - PAID);
    }

    /** Whether it had to be dropped. */
    boolean isTooLong() {
        return tooLong;
    }

    /** Writes what was kept. */
    void replay(Reply to) {
        calls.forEach(call -> call.accept(to));
    }

    private void keep(long more, Consumer<Reply> call) {
        bytes += more;
        calls.add(call);
        if (tooLong || cost() > room) {
            tooLong = true;
            drop();
        }
    }

    private void keep(Consumer<Reply> call) {
        keep(0, call);
    }

    private void drop() {
        calls.clear();
        bytes = 0;
    }

    @Override
    public void simple(String text) {
        keep(2L * text.length(), to -> to.simple(text));
    }

    @Override
    public void error(String message) {
        keep(2L * message.length(), to -> to.error(message));
    }

    @Override
    public void integer(long value) {
        keep(to -> to.integer(value));
    }

    @Override
    public void bulk(byte[] from, int offset, int length) {
        // One that does not fit is not copied.
        byte[] copy = length - PAID > room ? NOTHING : Arrays.copyOfRange(from, offset, offset + length);
        keep(length, to -> to.bulk(copy));
    }

    @Override
    public void nil() {
        keep(Reply::nil);
    }

    @Override
    public void nilArray() {
        keep(Reply::nilArray);
    }

    @Override
    public void array(int size) {
        keep(to -> to.array(size));
    }

    @Override
    public void map(int size) {
        keep(to -> to.map(size));
    }

    @Override
    public void set(int size) {
        keep(to -> to.set(size));
    }

    @Override
    public void decimal(double value) {
        keep(to -> to.decimal(value));
    }

    @Override
    public void bool(boolean value) {
        keep(to -> to.bool(value));
    }

    @Override
    public void verbatim(String text) {
        keep(2L * text.length(), to -> to.verbatim(text));
    }

    @Override
    public int mark() {
        return calls.size();
    }

    @Override
    public void rewind(int mark) {
        if (mark == 0) {
            drop();
            tooLong = false;
        } else if (mark < calls.size()) {
            calls.subList(mark, calls.size()).clear(); // and still costs what it has cost
        }
    }
}
