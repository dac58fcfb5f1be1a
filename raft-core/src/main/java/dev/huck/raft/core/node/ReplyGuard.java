package dev.huck.raft.core.node;

import dev.huck.raft.api.Reply;
import dev.huck.raft.api.spi.ReplySink;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between application code and a connection's replies. Whatever that code does, the client gets exactly one
 * reply; and whatever the connection does, that code never sees an exception, which could make one node's state differ
 * from the others'. May lead nowhere.
 *
 * <p>Used as: {@link #begin}, calls of {@link Reply}, {@link #end}. Belongs to whoever may write the replies.
 */
final class ReplyGuard implements Reply {
    private static final Logger LOG = LoggerFactory.getLogger(ReplyGuard.class);

    private final Runnable closeConnection;
    private @Nullable ReplySink sink;
    private int mark;
    /** Elements that are still to come before the reply is whole. */
    private long owed;

    /** Over what the command gave back, whether anybody listens or not; settled once its result is known. */
    private long hash;

    private boolean settled;

    private @Nullable String wrong;
    private @Nullable RuntimeException lost;

    /**
     * A guard.
     *
     * @param closeConnection for when the sink itself fails, and replies would be out of step
     */
    ReplyGuard(Runnable closeConnection) {
        this.closeConnection = closeConnection;
    }

    /**
     * Begins a reply.
     *
     * @param to takes it; null for nowhere
     */
    void begin(@Nullable ReplySink to) {
        sink = to;
        owed = 1;
        hash = 0;
        settled = false;
        wrong = null;
        lost = null;
        if (to != null) {
            try {
                mark = to.mark();
            } catch (RuntimeException e) {
                lost = e;
            }
        }
    }

    /** Whether anybody listens. */
    boolean isHeard() {
        return sink != null;
    }

    /** The command's result is this, whatever is replied to whoever listens. */
    void settle(@Nullable Object result) {
        hash = Hashing.value(0, result);
        settled = true;
    }

    /** Over the command's result: the same on every node, as far as the machine is deterministic. */
    long resultHash() {
        return hash;
    }

    /** Takes back what was written of this reply and makes it an error. */
    void replace(String error) {
        takeBack();
        error(error);
    }

    /** Takes back what was written of this reply. */
    void takeBack() {
        owed = 1;
        if (!settled) {
            hash = 0;
        }
        wrong = null;
        if (sink != null && lost == null) {
            try {
                sink.rewind(mark);
            } catch (RuntimeException e) {
                lost = e;
            }
        }
    }

    /**
     * Ends the reply: one that is not exactly one becomes an error.
     *
     * @param what names the command, for the log
     */
    void end(Object what) {
        if (sink != null && lost == null && (wrong != null || owed != 0)) {
            LOG.error("{} replied {}", what, wrong == null ? "less than one whole reply" : wrong);
            replace("ERR internal error in the reply (see the log of the node)");
        }
        abandon();
    }

    /** Ends without a reply. */
    void abandon() {
        if (lost != null) {
            LOG.warn("a reply could not be written; its connection is closed", lost);
            closeConnection.run();
        }
        sink = null;
    }

    /** Writes an error. */
    void error(ReplySink to, String message) {
        run(to, reply -> reply.error(message), "a command");
    }

    /** Writes a reply by a function whose exceptions become its error. */
    void run(ReplySink to, Consumer<? super Reply> respond, Object what) {
        begin(to);
        try {
            respond.accept(this);
        } catch (Throwable e) {
            replace(Faults.inReply(what, e));
        }
        end(what);
    }

    @Override
    public void simple(String text) {
        note(1, text);
        write(0, to -> to.simple(text));
    }

    @Override
    public void error(String message) {
        note(2, message);
        write(0, to -> to.error(message));
    }

    @Override
    public void integer(long value) {
        note(3, value);
        write(0, to -> to.integer(value));
    }

    @Override
    public void bulk(byte[] bytes, int offset, int length) {
        if (!settled) {
            hash = Hashing.mix(Hashing.mix(hash, 4), bytes, offset, length);
        }
        write(0, to -> to.bulk(bytes, offset, length));
    }

    @Override
    public void nil() {
        note(5, 0);
        write(0, Reply::nil);
    }

    @Override
    public void nilArray() {
        note(6, 0);
        write(0, Reply::nilArray);
    }

    @Override
    public void array(int size) {
        note(7, size);
        write(size, to -> to.array(size));
    }

    @Override
    public void map(int size) {
        note(8, size);
        write(2L * size, to -> to.map(size));
    }

    @Override
    public void set(int size) {
        note(9, size);
        write(size, to -> to.set(size));
    }

    @Override
    public void decimal(double value) {
        note(10, Double.doubleToLongBits(value));
        write(0, to -> to.decimal(value));
    }

    @Override
    public void bool(boolean value) {
        note(11, value ? 1 : 0);
        write(0, to -> to.bool(value));
    }

    @Override
    public void verbatim(String text) {
        note(12, text);
        write(0, to -> to.verbatim(text));
    }

    private void note(int kind, long value) {
        if (!settled) {
            hash = Hashing.mix(Hashing.mix(hash, kind), value);
        }
    }

    private void note(int kind, String text) {
        if (!settled) {
            hash = Hashing.mix(Hashing.mix(hash, kind), text);
        }
    }

    /** The closures do not outlive the call: the compiler removes them once it has inlined this. */
    private void write(long elements, Consumer<Reply> call) {
        ReplySink to = sink;
        if (to == null || lost != null) {
            return;
        }
        if (owed == 0 || elements < 0) {
            wrong = owed == 0 ? "more than once" : "with a negative size";
            return;
        }
        owed += elements - 1;
        try {
            call.accept(to);
        } catch (RuntimeException e) {
            lost = e;
        }
    }
}
