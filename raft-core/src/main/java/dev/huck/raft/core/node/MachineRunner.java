package dev.huck.raft.core.node;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Machine;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.api.spi.ReplySink;
import dev.huck.raft.core.consensus.Entries;
import dev.huck.raft.core.env.Environment;
import dev.huck.raft.core.env.Stage;
import dev.huck.raft.core.node.Operation.Kind;
import dev.huck.raft.core.node.Operation.State;
import dev.huck.raft.core.storage.SnapshotFiles;
import dev.huck.raft.core.storage.SnapshotFiles.SnapshotInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine stage: applies what is committed and answers clients, in the order of each connection.
 *
 * <p>Its methods hand work over and return; the work is done batch by batch on the stage. A write is answered when it is
 * applied; everything else when it has come to the front of its connection's queue, which is looked at once at the end of
 * a batch, and before a write of the same connection is applied, so that no waiting read sees a later write.
 */
final class MachineRunner {
    private static final Logger LOG = LoggerFactory.getLogger(MachineRunner.class);
    private static final String MISSED =
            "CLUSTERDOWN a later write may be part of the state already; nothing was read, try again";
    private static final int TASKS_A_TURN = 4096;
    private static final long MIN_BACK_OFF_NANOS = 100_000_000L;
    private static final long MAX_BACK_OFF_NANOS = 10_000_000_000L;

    private final Stage stage;
    private final Mailbox<Runnable> inbox;
    private final MachineState state;
    private final SnapshotTaker snapshots;
    private final Loop loop;
    private final BuiltIns builtIns;
    private final Consistency nodeDefault;

    // The stage's own.
    private final ReplicatedPass pass = new ReplicatedPass();
    private final CommandContext context = new CommandContext();
    private final ReplyGuard nowhere = new ReplyGuard(() -> {});
    private final List<ClientSession> touched = new ArrayList<>();
    private List<ClientSession> blocked = new ArrayList<>();
    /** What the blocked sessions wait for has changed. */
    private boolean moved;

    private long backOff = MIN_BACK_OFF_NANOS;
    private boolean rebuildScheduled;
    private long faultIndex;

    // For everybody to read.
    private volatile long appliedIndex;
    private volatile @Nullable String suspect;
    private volatile int epoch;
    private volatile boolean closed;
    private final Set<LocalClient> clients = ConcurrentHashMap.newKeySet();

    /**
     * A runner, with a machine that is still empty.
     *
     * @param env the world around the node; gives the stage its stage
     * @param machines makes fresh instances
     * @param files the node's snapshots
     * @param loop the node's loop
     * @param builtIns the commands that need no machine
     * @param nodeDefault how reads are answered unless they say otherwise
     * @param filesStage the one stage on which snapshots are saved and received
     */
    MachineRunner(
            Environment env,
            Supplier<? extends Machine> machines,
            SnapshotFiles files,
            Loop loop,
            BuiltIns builtIns,
            Consistency nodeDefault,
            Stage filesStage) {
        this.stage = env.stage("machine");
        this.inbox = new Mailbox<>(stage, TASKS_A_TURN, this::turn);
        this.state = new MachineState(machines, files);
        this.snapshots = new SnapshotTaker(state, files, filesStage, loop);
        this.loop = loop;
        this.builtIns = builtIns;
        this.nodeDefault = nodeDefault;
    }

    /**
     * Restores the newest snapshot that is whole. Before the node starts, on the thread that opens it.
     *
     * @return the snapshot; null if there is none
     * @throws HuckException.StartFailed when the machine can't read it, or its commands clash with built-in ones
     */
    @Nullable
    SnapshotInfo boot() {
        builtIns.refuseClashes(state.machine().commands().specs());
        try {
            SnapshotInfo info = state.restoreNewest();
            appliedIndex = state.index();
            return info;
        } catch (IOException | RuntimeException e) {
            throw new HuckException.StartFailed(
                    "MACHINE the machine could not be restored from its snapshot, which is left as it is: " + e, e);
        }
    }

    /** @return the last entry applied to the machine. Any thread */
    long appliedIndex() {
        return appliedIndex;
    }

    /** @return the present instance, for routing passes. Any thread */
    Machine machine() {
        return state.machine();
    }

    /** @return a number that changes whenever the instance is replaced. Any thread */
    int epoch() {
        return epoch;
    }

    /** @return while the machine is being rebuilt after a failure: the error for clients; else null. Any thread */
    @Nullable
    String suspect() {
        return suspect;
    }

    Consistency nodeDefault() {
        return nodeDefault;
    }

    /**
     * Applies committed entries; answered by {@link Loop#applied}. Entries that are applied already are passed over, and
     * so is everything after a failure until the entries are sent again.
     *
     * @param entries in order
     * @param operations for each entry, by ordinal, the operations of sessions of this node; null for none. An operation
     *     belongs here as long as its session may still hold it, also when it has failed meanwhile
     */
    void apply(List<LogEntry> entries, List<Operation @Nullable []> operations) {
        inbox.post(() -> {
            for (int i = 0; i < entries.size(); i++) {
                applyEntry(entries.get(i), operations.get(i));
            }
        });
    }

    /**
     * Lets reads run once the machine has applied an index.
     *
     * @param reads admitted by the leader, in the order of submission
     * @param index the read index
     * @param term the term at which they were admitted under a lease, which is looked at again after a read; 0 when a quorum
     *     confirmed them
     */
    void readReady(List<Operation> reads, long index, long term) {
        inbox.post(() -> {
            for (Operation read : reads) {
                if (read.state == State.WAITING) {
                    read.state = State.READY;
                    read.index = index;
                    read.term = term;
                    touch(read.session);
                }
            }
        });
    }

    /**
     * Answers operations with an error, each in its place. One that was answered meanwhile is passed over.
     *
     * @param operations of any sessions
     * @param error starts with a code word
     */
    void fail(List<Operation> operations, String error) {
        inbox.post(() -> operations.forEach(operation -> failNow(operation, error)));
    }

    /**
     * Starts anew from the newest snapshot, which a leader sent.
     *
     * @param position what it covers
     */
    void restore(LogPosition position) {
        inbox.post(() -> restoreNow(position));
    }

    /** Takes a snapshot of the present state; answered by the loop's {@code snapshotSaved} or {@code snapshotAbandoned}. */
    void capture() {
        inbox.post(() -> {
            if (suspect == null) {
                snapshots.capture();
            } else {
                loop.snapshotAbandoned("the machine is being rebuilt");
            }
        });
    }

    /** Looks at a session whose queue has changed. */
    void wake(ClientSession session) {
        inbox.post(() -> touch(session));
    }

    /** Keeps a client of this process until it or the node is closed. */
    void opened(LocalClient client) {
        clients.add(client);
        if (closed) {
            client.close();
        }
    }

    /** Forgets a client of this process. */
    void forget(LocalClient client) {
        clients.remove(client);
    }

    /** Ends the stage after what was handed over. */
    void close() {
        close(() -> {});
    }

    /**
     * Ends the stage after what was handed over. What has no answer by then gets none, but for the clients of this
     * process, whose connections no transport closes.
     *
     * @param after runs on the stage as the last thing
     */
    void close(Runnable after) {
        closed = true;
        // Behind the end of the turn, so that what was answered leaves.
        inbox.post(() -> stage.execute(() -> {
            stage.close();
            List.copyOf(clients).forEach(LocalClient::close);
            after.run();
        }));
    }

    private void turn(List<Runnable> tasks) {
        tasks.forEach(Runnable::run);
        endTurn();
    }

    private void applyEntry(LogEntry entry, @Nullable Operation @Nullable [] operations) {
        if (suspect != null || entry.index() != state.index() + 1) {
            outcomeUnknown(operations, entry.index());
            return;
        }
        try {
            switch (type(entry)) {
                case Entries.NOOP -> applied(entry, Entries.stamp(entry.payload()));
                case Entries.CONFIGURATION -> {
                    state.configured(Entries.configuration(entry.index(), entry.payload()));
                    applied(entry, Entries.stamp(entry.payload()));
                }
                case Entries.COMMANDS -> applyCommands(entry, operations);
                default ->
                    throw new MachineFault(new IllegalStateException("an entry of type " + type(entry)
                            + ", which a newer version of Huck wrote; update this node"));
            }
        } catch (MachineFault e) {
            fault(e.thrown(), entry.index());
            outcomeUnknown(operations, entry.index());
        }
    }

    private static byte type(LogEntry entry) {
        return Entries.type(entry.payload());
    }

    private void applyCommands(LogEntry entry, @Nullable Operation @Nullable [] operations) throws MachineFault {
        List<Command> commands;
        try {
            commands = Entries.commands(entry.payload());
        } catch (RuntimeException e) {
            throw new MachineFault(e);
        }
        long stamp = Entries.stamp(entry.payload());
        long seed = Entries.seed(entry.payload());
        for (int i = 0; i < commands.size(); i++) {
            context.moveTo(entry.index(), entry.term(), i, stamp, seed);
            applyCommand(commands.get(i), operations == null || i >= operations.length ? null : operations[i]);
            state.ran(entry.index(), context.nanos());
        }
        applied(entry, context.nanos());
    }

    private void applied(LogEntry entry, long nanos) {
        state.applied(entry.index(), entry.term(), nanos);
        moved = true;
        if (entry.index() >= faultIndex) {
            backOff = MIN_BACK_OFF_NANOS;
        }
    }

    private void applyCommand(Command command, @Nullable Operation operation) throws MachineFault {
        if (operation == null || operation.state == State.GONE) {
            run(command, null, nowhere, null);
            return;
        }
        ClientSession session = operation.session;
        releaseBefore(operation);
        if (operation.state != State.WAITING) {
            // Answered UNKNOWN at its turn; now it does take effect.
            run(command, null, nowhere, null);
            return;
        }
        boolean atHead = session.queue.head() == operation;
        ReplySink sink = session.sink();
        if (!atHead && sink != null) {
            operation.recorded = new RecordedReply();
            sink = operation.recorded;
        }
        run(command, operation, session.guard(), sink);
        session.highestIndexShown = Math.max(session.highestIndexShown, context.index());
        touch(session);
        if (atHead) {
            session.pop();
        } else {
            operation.state = State.DONE;
        }
    }

    private void run(Command command, @Nullable Operation operation, ReplyGuard guard, @Nullable ReplySink sink)
            throws MachineFault {
        guard.begin(sink);
        try {
            pass.run(state.machine(), command, context, operation == null ? null : operation.responder, guard);
        } catch (MachineFault e) {
            guard.takeBack();
            guard.abandon();
            throw e;
        }
        guard.end(command);
    }

    /** Runs the reads before a write that is about to be applied, and answers what can be answered. */
    private void releaseBefore(Operation write) {
        ClientSession session = write.session;
        Operation next;
        for (Operation each = session.queue.head(); each != null && each != write; each = next) {
            next = each.next;
            boolean isRead = each.kind == Kind.READ && (each.state == State.READY || each.state == State.WAITING);
            boolean atHead = session.queue.head() == each;
            if (isRead) {
                ReplySink sink = session.sink();
                if (!atHead && sink != null) {
                    each.recorded = new RecordedReply();
                    sink = each.recorded;
                }
                if (sink != null && mayHaveMissedItsPlace(each, write)) {
                    sink.error(MISSED);
                } else if (sink != null) {
                    // The write was proposed after the read arrived and is committed, so the state before it is new
                    // enough at every level.
                    runRead(each, sink);
                }
                each.state = State.DONE;
                each.recorded = atHead ? null : each.recorded;
            }
            if (atHead && answer(session, each)) {
                session.pop();
            }
            touch(session);
        }
    }

    private void outcomeUnknown(@Nullable Operation @Nullable [] operations, long index) {
        if (operations == null) {
            return;
        }
        for (Operation operation : operations) {
            if (operation != null) {
                failNow(
                        operation,
                        "UNKNOWN the command is committed at index " + index + ", but this node's machine failed before"
                                + " its result was known; look before repeating it");
            }
        }
    }

    private void failNow(Operation operation, String error) {
        if (operation.state == State.WAITING || operation.state == State.READY) {
            operation.state = State.FAILED;
            operation.error = error;
            if (operation.kind == Kind.WRITE && error.startsWith("UNKNOWN")) {
                operation.session.unknownWrites++;
            }
            touch(operation.session);
        }
    }

    private void touch(ClientSession session) {
        if (!session.touched) {
            session.touched = true;
            touched.add(session);
        }
    }

    private void endTurn() {
        if (moved) {
            List<ClientSession> again = blocked;
            blocked = new ArrayList<>();
            for (ClientSession session : again) {
                session.blocked = false;
                touch(session);
            }
        }
        for (ClientSession session : touched) {
            Operation head = session.queue.head();
            while (head != null && answer(session, head)) {
                session.pop();
                head = session.queue.head();
            }
        }
        for (ClientSession session : touched) {
            session.touched = false;
            session.finishTurn();
        }
        touched.clear();
        if (moved) {
            moved = false;
            appliedIndex = state.index();
            if (suspect == null) {
                loop.applied(appliedIndex);
            }
        }
    }

    /** Answers the head of a session's queue if that can be done now. */
    private boolean answer(ClientSession session, Operation head) {
        ReplySink sink = session.sink();
        if (sink == null) {
            return abandon(head);
        }
        try {
            return answer(session, head, sink);
        } catch (RuntimeException e) {
            LOG.warn("a reply to {} could not be written; its connection is closed", session, e);
            session.abort();
            return true;
        }
    }

    private boolean answer(ClientSession session, Operation head, ReplySink sink) {
        return switch (head.state) {
            case FAILED -> {
                String error = head.error;
                session.guard().run(sink, reply -> reply.error(error == null ? "ERR failed" : error), "a command");
                yield true;
            }
            case DONE -> {
                RecordedReply recorded = head.recorded;
                if (recorded != null) {
                    session.guard().run(sink, recorded::replay, "a command");
                }
                yield true;
            }
            case READY -> head.kind == Kind.READ ? answerRead(session, head, sink) : answerLocal(session, head, sink);
            case WAITING -> false;
            case GONE -> throw new AssertionError("answered twice");
        };
    }

    /** The client is gone: writes go on, reads are dropped, and what was to be started still is. */
    private boolean abandon(Operation head) {
        if (head.kind == Kind.LOCAL && head.state == State.READY && head.starter != null) {
            start(head);
        }
        return head.kind != Kind.WRITE || head.state != State.WAITING;
    }

    private boolean answerLocal(ClientSession session, Operation head, ReplySink sink) {
        if (head.local != null) {
            session.write(sink, head.local);
            return true;
        }
        start(head);
        return false;
    }

    private void start(Operation local) {
        local.state = State.WAITING;
        Deferred.start(
                local,
                answer -> inbox.post(() -> {
                    if (local.state == State.WAITING) {
                        local.state = State.READY;
                        local.local = answer;
                        touch(local.session);
                    }
                }));
    }

    private boolean answerRead(ClientSession session, Operation read, ReplySink sink) {
        String unusable = suspect;
        if (unusable != null) {
            session.guard().run(sink, reply -> reply.error(unusable), "a read");
            return true;
        }
        if (Math.max(read.index, session.highestIndexShown) > state.index()) {
            if (!session.blocked) {
                session.blocked = true;
                blocked.add(session);
            }
            return false;
        }
        if (mayHaveMissedItsPlace(read, null)) {
            session.guard().run(sink, reply -> reply.error(MISSED), "a read");
            return true;
        }
        int mark = sink.mark();
        runRead(read, sink);
        if (read.consistency == Consistency.MEDIUM && read.term != 0 && !loop.leaseValid(read.term)) {
            // The node may have slept since the lease was looked at; somebody else may lead and have written.
            sink.rewind(mark);
            read.state = State.WAITING;
            loop.submit(List.of(read));
            return false;
        }
        return true;
    }

    private void runRead(Operation read, ReplySink sink) {
        ClientSession session = read.session;
        ReplyGuard guard = session.guard();
        Reads.run(read, state.readContext(), guard, sink);
        session.highestIndexShown =
                Math.max(session.highestIndexShown, state.readContext().index());
    }

    /**
     * Whether the state may hold a write that was sent after this read: one that was answered {@code UNKNOWN}, or one that
     * a snapshot brought along.
     */
    private boolean mayHaveMissedItsPlace(Operation read, @Nullable Operation until) {
        if (read.epoch == epoch && read.session.unknownWrites == 0) {
            return false;
        }
        for (Operation later = read.next; later != null && later != until; later = later.next) {
            if (later.kind == Kind.WRITE && (read.epoch != epoch || later.state == State.FAILED)) {
                return true;
            }
        }
        return false;
    }

    private void fault(Throwable thrown, long index) {
        faultIndex = index;
        suspect = "MACHINE this node's state is being rebuilt after a failure at index " + index
                + " (see the log of the node); nothing was done, ask another node or try again later";
        moved = true;
        loop.machineFailed(thrown, index);
        rebuildLater();
    }

    private void rebuildLater() {
        if (!rebuildScheduled) {
            rebuildScheduled = true;
            stage.schedule(backOff, () -> inbox.post(this::rebuild));
            backOff = Math.min(2 * backOff, MAX_BACK_OFF_NANOS);
        }
    }

    private void rebuild() {
        rebuildScheduled = false;
        if (closed || suspect == null) {
            return;
        }
        try {
            state.restoreNewest();
        } catch (Throwable e) {
            LOG.error("the machine could not be rebuilt from its snapshot; tried again later", e);
            rebuildLater();
            return;
        }
        replaced();
    }

    /** Only this stage ever changes it. */
    private int nextEpoch() {
        return epoch + 1;
    }

    private void replaced() {
        boolean rebuilt = suspect != null;
        suspect = null;
        epoch = nextEpoch();
        appliedIndex = state.index();
        moved = true;
        if (rebuilt) {
            LOG.info("the machine was rebuilt as of index {}", appliedIndex);
            loop.machineRestarted(appliedIndex);
        }
    }

    private void restoreNow(LogPosition position) {
        if (suspect == null && state.index() >= position.index()) {
            return;
        }
        try {
            state.restoreNewest();
        } catch (Throwable e) {
            fault(e, position.index());
            return;
        }
        replaced();
    }
}
