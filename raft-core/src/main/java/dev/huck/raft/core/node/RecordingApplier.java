package dev.huck.raft.core.node;

import dev.huck.raft.api.Applier;
import dev.huck.raft.api.Command;
import dev.huck.raft.api.Mutation;
import dev.huck.raft.api.Query;
import dev.huck.raft.api.ReadHandler;
import dev.huck.raft.api.Reply;
import dev.huck.raft.api.Responder;
import dev.huck.raft.api.WriteHandler;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Notes the one call that a machine makes for a command; running what was noted is up to the pass, routing or
 * replicated. Nothing runs inside the machine's own call, so its try blocks can't swallow what a function throws. Used
 * again and again by one thread.
 */
final class RecordingApplier implements Applier {

    /** The call that was made. */
    enum Call {
        /** None yet. */
        NONE,
        /** One of the {@code write} methods. */
        WRITE,
        /** One of the {@code read} methods. */
        READ,
        /** {@code reply}. */
        REPLY
    }

    private Call call = Call.NONE;
    private @Nullable Mutation<Object> mutation;
    private @Nullable Query<Object> query;
    private @Nullable Responder<Object> responder;
    private @Nullable WriteHandler writer;
    private @Nullable ReadHandler reader;
    private @Nullable Command command;
    private @Nullable Consumer<Reply> reply;

    /** Forgets the last command. */
    void reset() {
        call = Call.NONE;
        mutation = null;
        query = null;
        responder = null;
        writer = null;
        reader = null;
        command = null;
        reply = null;
    }

    Call call() {
        return call;
    }

    @Nullable
    Mutation<Object> mutation() {
        return mutation;
    }

    @Nullable
    Query<Object> query() {
        return query;
    }

    @Nullable
    Responder<Object> responder() {
        return responder;
    }

    @Nullable
    WriteHandler writer() {
        return writer;
    }

    @Nullable
    ReadHandler reader() {
        return reader;
    }

    /** What the machine wants its handler to be given; usually the command it was called with. */
    @Nullable
    Command command() {
        return command;
    }

    @Nullable
    Consumer<Reply> reply() {
        return reply;
    }

    @Override
    @SuppressWarnings("unchecked") // the result goes from the one function to the other and nowhere else
    public <R> void write(Mutation<R> mutate, Responder<R> respond) {
        note(Call.WRITE);
        mutation = (Mutation<Object>) mutate;
        responder = (Responder<Object>) respond;
    }

    @Override
    public void write(WriteHandler handler, Command arguments) {
        note(Call.WRITE);
        writer = handler;
        command = arguments;
    }

    @Override
    @SuppressWarnings("unchecked") // as above
    public <R> void read(Query<R> ask, Responder<R> respond) {
        note(Call.READ);
        query = (Query<Object>) ask;
        responder = (Responder<Object>) respond;
    }

    @Override
    public void read(ReadHandler handler, Command arguments) {
        note(Call.READ);
        reader = handler;
        command = arguments;
    }

    @Override
    public void reply(Consumer<Reply> respond) {
        note(Call.REPLY);
        reply = respond;
    }

    private void note(Call made) {
        if (call != Call.NONE) {
            throw new IllegalStateException("a machine calls its applier once per command: " + call + ", then " + made);
        }
        call = made;
    }
}
