package dev.huck.raft.core.node;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.Query;
import dev.huck.raft.api.ReadHandler;
import dev.huck.raft.api.Reply;
import dev.huck.raft.api.Responder;
import dev.huck.raft.api.spi.ReplySink;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A command under way, in its session's queue until its reply is written. Made on the connection's thread; then each
 * field belongs to the stage that is named with it.
 */
final class Operation {
    /** Rough cost of the object itself, with a short reply: so that empty commands are not free. */
    static final int OVERHEAD = 384;

    /** What it needs. */
    enum Kind {
        /** A place in the log. */
        WRITE,
        /** A state that is new enough. */
        READ,
        /** Nothing but its turn. */
        LOCAL
    }

    /** How far it has come. */
    enum State {
        /** For the loop, or for a stage to complete. */
        WAITING,
        /** May run at its turn; a read also waits until its index is applied. */
        READY,
        /** Its answer is an error. */
        FAILED,
        /** Ran before its turn; its reply is recorded. */
        DONE,
        /** Answered, and out of the queue. */
        GONE
    }

    final ClientSession session;
    final Kind kind;
    /** The command of a write or a read; null once answered. */
    @Nullable
    Command command;
    /** Of a read. */
    final @Nullable Consistency consistency;
    /** Of a read: how old the state may be, in nanoseconds; below 0 for no bound. */
    final long maxStale;
    /** Of a read: the state must have applied this, whatever else holds. */
    final long minIndex;
    /**
     * What it holds in memory, in bytes. Until it is visible to the machine stage the connection's thread's, then nobody
     * changes it.
     */
    long cost = OVERHEAD;

    /** From the routing pass: writes the reply of a write, or of a read with a query. */
    @Nullable
    Responder<Object> responder;

    /** Of a read; bound to the instance of the machine that routed it. */
    @Nullable
    Query<Object> query;

    /** The same in one function, with what it is to be given. */
    @Nullable
    ReadHandler reader;

    @Nullable
    Command argument;

    /** Starts what a local operation waits for; begun when everything before it is answered. */
    @Nullable
    Supplier<CompletionStage<Consumer<Reply>>> starter;

    /** The next in the session's queue. */
    volatile @Nullable Operation next;

    /** Machine stage: writes the reply of a local operation. */
    @Nullable
    Consumer<ReplySink> local;

    /** Machine stage. */
    State state;

    /** Machine stage: the read index. */
    long index;

    /** Machine stage: the term at which a read was admitted under a lease. */
    long term;

    /** How many reads there were before it on its connection. Set when it is queued. */
    long readsBefore;

    /** Whether it goes to the leader rather than to this node's own core. Machine stage, then loop. */
    boolean forward;

    /** What is forwarded: the session may be done with the operation before it leaves. Machine stage, then loop. */
    @Nullable
    Command outgoing;

    /** Machine stage: of a read, whether nothing that comes behind it can be seen by it any more. */
    boolean settled;

    /** When a read came, in nanoseconds. Set when it is queued. */
    long takenAt;

    /** Machine stage: whether a read was found to be too early, and since when it counts as waiting. */
    boolean early;

    long earlyAt;

    /** Machine stage: of a failed one. */
    @Nullable
    String error;

    /** Machine stage: of a write that failed and yet may take effect. */
    boolean outcomeUnknown;

    /** Machine stage: of one that ran before its turn. */
    @Nullable
    RecordedReply recorded;

    /** Which instance of the machine routed a read. */
    final int epoch;

    private Operation(
            ClientSession session,
            Kind kind,
            State state,
            @Nullable Command command,
            @Nullable Consistency consistency,
            long maxStale,
            long minIndex,
            @Nullable RecordingApplier routed,
            @Nullable Consumer<ReplySink> local,
            @Nullable Supplier<CompletionStage<Consumer<Reply>>> starter,
            int epoch) {
        this.session = session;
        this.kind = kind;
        this.state = state;
        this.command = command;
        this.consistency = consistency;
        this.maxStale = maxStale;
        this.minIndex = minIndex;
        this.responder = routed == null ? null : routed.responder();
        this.query = routed == null ? null : routed.query();
        this.reader = routed == null ? null : routed.reader();
        this.argument = routed == null ? null : routed.command();
        this.local = local;
        this.starter = starter;
        this.epoch = epoch;
    }

    static Operation write(ClientSession session, Command command, RecordingApplier routed) {
        return new Operation(session, Kind.WRITE, State.WAITING, command, null, -1, 0, routed, null, null, 0);
    }

    static Operation read(
            ClientSession session,
            Command command,
            Consistency consistency,
            long maxStale,
            long minIndex,
            RecordingApplier routed,
            int epoch) {
        // A stale read needs nobody's leave, only its turn.
        State state = consistency == Consistency.LOW ? State.READY : State.WAITING;
        return new Operation(
                session, Kind.READ, state, command, consistency, maxStale, minIndex, routed, null, null, epoch);
    }

    static Operation local(ClientSession session, Consumer<ReplySink> answer) {
        return new Operation(session, Kind.LOCAL, State.READY, null, null, -1, 0, null, answer, null, 0);
    }

    static Operation deferred(ClientSession session, Supplier<CompletionStage<Consumer<Reply>>> starter) {
        return new Operation(session, Kind.LOCAL, State.READY, null, null, -1, 0, null, null, starter, 0);
    }

    /** Routes a read anew, as the instance that did so has gone. Machine stage. */
    void route(RecordingApplier routed) {
        responder = routed.responder();
        query = routed.query();
        reader = routed.reader();
        argument = routed.command();
    }

    /** Whether the loop has to see it. */
    boolean isForLoop() {
        return kind == Kind.WRITE || (kind == Kind.READ && consistency != Consistency.LOW);
    }

    /**
     * Marks the end. The queue keeps the last operation as its link to what comes next, for as long as the client is idle:
     * so it must not hold anything big. Machine stage.
     */
    void gone() {
        state = State.GONE;
        command = null;
        responder = null;
        query = null;
        reader = null;
        argument = null;
        starter = null;
        local = null;
        recorded = null;
    }
}
