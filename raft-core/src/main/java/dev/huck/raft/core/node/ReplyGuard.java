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

    /** Takes back what was written of this reply and makes it an error. */
    void replace(String error) {
        takeBack();
        error(error);
    }

    /** Takes back what was written of this reply. */
    void takeBack() {
        owed = 1;
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
        write(0, to -> to.simple(text));
    }

    @Override
    public void error(String message) {
        write(0, to -> to.error(message));
    }

    @Override
    public void integer(long value) {
        write(0, to -> to.integer(value));
    }

    @Override
    public void bulk(byte[] bytes, int offset, int length) {
        write(0, to -> to.bulk(bytes, offset, length));
    }

    @Override
    public void nil() {
        write(0, Reply::nil);
    }

    @Override
    public void nilArray() {
        write(0, Reply::nilArray);
    }

    @Override
    public void array(int size) {
        write(size, to -> to.array(size));
    }

    @Override
    public void map(int size) {
        write(2L * size, to -> to.map(size));
    }

    @Override
    public void set(int size) {
        write(size, to -> to.set(size));
    }

    @Override
    public void decimal(double value) {
        write(0, to -> to.decimal(value));
    }

    @Override
    public void bool(boolean value) {
        write(0, to -> to.bool(value));
    }

    @Override
    public void verbatim(String text) {
        write(0, to -> to.verbatim(text));
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
