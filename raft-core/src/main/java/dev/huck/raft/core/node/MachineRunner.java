package dev.huck.raft.core.node;

import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Machine;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.Responder;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.api.spi.ReplySink;
import dev.huck.raft.core.consensus.CommandReader;
import dev.huck.raft.core.consensus.Comparison;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Entries;
import dev.huck.raft.core.env.Environment;
import dev.huck.raft.core.env.Stage;
import dev.huck.raft.core.node.Operation.State;
import dev.huck.raft.core.session.SessionTable;
import dev.huck.raft.core.storage.SnapshotFiles;
import dev.huck.raft.core.storage.SnapshotFiles.SnapshotInfo;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
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
    private static final int TASKS_A_TURN = 4096;
    private static final long MIN_BACK_OFF_NANOS = 100_000_000L;
    private static final long MAX_BACK_OFF_NANOS = 10_000_000_000L;

    private final Stage stage;
    private final Mailbox<Runnable> inbox;
    private final MachineState state;
    private final Answers answers;
    private final SnapshotTaker snapshots;
    private final Agreement agreement;
    private final Loop loop;
    private final BuiltIns builtIns;
    private final Options options;

    // The stage's own.
    private final ReplicatedPass pass = new ReplicatedPass();
    private final EngineCommands engineCommands = new EngineCommands(pass);
    private final CommandContext context = new CommandContext();
    private final ReplyGuard nowhere = new ReplyGuard(() -> {});
    /** The machine stands elsewhere than at the end of the last turn. */
    private boolean moved;

    private long backOff = MIN_BACK_OFF_NANOS;
    private boolean rebuildScheduled;
    private long faultIndex;
    /** The divergence for which the machine was rebuilt; 0 for none. */
    private long diverged;
    /** The machine is to be rebuilt from before this entry. */
    private long before = Long.MAX_VALUE;
    /** What the latest snapshot covers that this was told to restore. */
    private long told;

    // For everybody.
    private final Set<LocalClient> clients = ConcurrentHashMap.newKeySet();
    private volatile long appliedIndex;
    private volatile boolean closed;

    /**
     * A runner, with a machine that is still empty.
     *
     * @param env the world around the node; gives this its stage
     * @param machines makes fresh instances
     * @param files the node's snapshots
     * @param loop the node's loop
     * @param builtIns the commands that need no machine
     * @param options how reads are answered unless they say otherwise, and how long they wait
     * @param filesStage the one stage on which snapshots are saved and received
     * @param self this node's store
     * @param peers reaches the others, with whose machines this one is compared
     */
    MachineRunner(
            Environment env,
            Supplier<? extends Machine> machines,
            SnapshotFiles files,
            Loop loop,
            BuiltIns builtIns,
            Options options,
            Stage filesStage,
            long self,
            Peers peers) {
        this.stage = env.stage("machine");
        this.inbox = new Mailbox<>(stage, TASKS_A_TURN, this::turn);
        this.state = new MachineState(machines, files);
        this.snapshots = new SnapshotTaker(state, files, filesStage, loop);
        this.answers = new Answers(state, loop, inbox::post, env, stage, options);
        this.agreement = new Agreement(self, peers, stage, inbox::post, state, this::found);
        this.loop = loop;
        this.builtIns = builtIns;
        this.options = options;
    }

    /**
     * Restores the newest snapshot that is whole. Before the node starts, on the thread that opens it.
     *
     * @return the snapshot; null if there is none
     * @throws HuckException.StartFailed when the machine can't read it, its commands clash with built-in ones,
     *     or the supplier makes no fresh ones
     */
    @Nullable
    SnapshotInfo boot() {
        builtIns.refuseClashes(state.machine().commands().specs());
        try {
            SnapshotInfo info = state.restoreNewest();
            appliedIndex = state.index();
            return info;
        } catch (HuckException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new HuckException.StartFailed(
                    "MACHINE the machine could not be restored from its snapshot, which is left as it is: " + e, e);
        }
    }

    /** Begins to compare this node's machine with the others'. */
    void start() {
        agreement.start();
    }

    /** A word of another member about its machine. Any thread. */
    void compare(Comparison message, String sender) {
        inbox.post(() -> {
            if (message instanceof Comparison.Report report) {
                agreement.reported(report);
            } else if (message instanceof Comparison.Question question) {
                agreement.asked(question, sender);
            } else if (message instanceof Comparison.Answer answer) {
                agreement.answered(answer);
            }
        });
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
        return state.epoch();
    }

    /** @return while the machine is being rebuilt after a failure: the error for clients; else null. Any thread */
    @Nullable
    String suspect() {
        return state.suspect();
    }

    /** Tells how many client sessions there are, and what they hold. Machine stage. */
    void sessionFigures(BiConsumer<String, Object> line) {
        line.accept("raft_client_sessions", state.sessions().size());
        line.accept("raft_client_session_bytes", state.sessions().bytes());
    }

    /** The clients' sessions. Machine stage. */
    SessionTable sessions() {
        return state.sessions();
    }

    /** Whether commands may have to be forwarded to the leader. Any thread. */
    boolean mayForward() {
        return options.forward();
    }

    /**
     * Sends operations on, to the loop and from there perhaps to the leader, in order and when nothing before them forbids it.
     *
     * @param session theirs
     * @param operations in the session's order
     */
    void depart(ClientSession session, List<Operation> operations) {
        inbox.post(() -> answers.depart(session, operations));
    }

    /**
     * The leader has answered a command that was forwarded.
     *
     * @param operation the command's
     * @param index what the client has seen of the log with the reply
     * @param reply as {@link ReplyBytes} has it
     */
    void relayed(Operation operation, long index, byte[] reply) {
        inbox.post(() -> answers.relayed(operation, index, reply));
    }

    Consistency nodeDefault() {
        return options.consistency();
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
        inbox.post(() -> answers.ready(reads, index, term));
    }

    /**
     * The committed part of the log ended at this index, or before it, at this time: for reads with a bound on staleness.
     *
     * @param index the read index
     * @param at when it was asked for, on this node's monotonic clock
     */
    void upToDate(long index, long at) {
        inbox.post(() -> answers.upToDate(index, at));
    }

    /**
     * Answers operations with an error, each in its place. One that was answered meanwhile is passed over.
     *
     * @param operations of any sessions
     * @param error starts with a code word
     */
    void fail(List<Operation> operations, String error) {
        inbox.post(() -> operations.forEach(operation -> answers.fail(operation, error)));
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
            if (state.suspect() == null) {
                snapshots.capture();
            } else {
                loop.snapshotAbandoned("the machine is being rebuilt");
            }
        });
    }

    /** Looks at a session whose queue has changed. */
    void wake(ClientSession session) {
        inbox.post(() -> answers.touch(session));
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
        inbox.post(agreement::stop);
        // Behind the end of the turn, so that what was answered leaves.
        inbox.post(() -> stage.execute(() -> {
            stage.close();
            leaveClients();
            after.run();
        }));
    }

    /** Nobody in this process waits any more, though a command that is being run may never end. Any thread. */
    void leaveClients() {
        List.copyOf(clients).forEach(LocalClient::close);
    }

    private void turn(List<Runnable> tasks) {
        tasks.forEach(Runnable::run);
        answers.endTurn(moved);
        if (moved) {
            moved = false;
            appliedIndex = state.index();
            if (state.suspect() == null) {
                loop.applied(appliedIndex);
                agreement.moved();
            }
        }
    }

    private void applyEntry(LogEntry entry, @Nullable Operation @Nullable [] operations) {
        if (state.suspect() != null || entry.index() != state.index() + 1) {
            outcomeUnknown(operations, entry.index());
            // The core may have forgotten: word of a restart that is older than what was applied has set it back.
            moved |= state.suspect() == null && entry.index() <= state.index();
            return;
        }
        try {
            switch (type(entry)) {
                case Entries.NOOP -> applied(entry, Entries.stamp(entry.payload()));
                case Entries.CONFIGURATION -> {
                    configured(Entries.configuration(entry.index(), entry.payload()));
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

    private void configured(Configuration configuration) throws MachineFault {
        int newest = state.machine().versions().newest();
        if (configuration.machine() > newest) {
            throw new MachineFault(new IllegalStateException("version " + configuration.machine()
                    + " of the machine's commands is in use from here on, and this build knows them up to " + newest
                    + "; update this node"));
        }
        state.configured(configuration);
    }

    private static byte type(LogEntry entry) {
        return Entries.type(entry.payload());
    }

    private void applyCommands(LogEntry entry, @Nullable Operation @Nullable [] operations) throws MachineFault {
        CommandReader calls = Entries.reader(entry.payload());
        long stamp = Entries.stamp(entry.payload());
        long seed = Entries.seed(entry.payload());
        context.version(state.configuration().machine());
        int count = 0;
        for (; next(calls); count++) {
            context.moveTo(entry.index(), entry.term(), count, stamp, seed);
            applyCommand(calls, operations == null || count >= operations.length ? null : operations[count]);
            state.ran(entry.index(), context.nanos());
        }
        loop.count("commands_applied", count);
        applied(entry, context.nanos());
    }

    private static boolean next(CommandReader calls) throws MachineFault {
        try {
            return calls.next();
        } catch (RuntimeException e) {
            throw new MachineFault(e);
        }
    }

    private void applied(LogEntry entry, long nanos) {
        state.applied(entry.index(), entry.term(), nanos);
        state.digest().applied(entry);
        moved = true;
        if (entry.index() >= faultIndex) {
            backOff = MIN_BACK_OFF_NANOS;
        }
    }

    private void applyCommand(CommandReader call, @Nullable Operation operation) throws MachineFault {
        if (operation == null || operation.state == State.GONE) {
            run(call, null, nowhere, null);
            return;
        }
        ClientSession session = operation.session;
        answers.releaseBefore(operation);
        if (operation.state != State.WAITING) {
            // Answered UNKNOWN at its turn; now it does take effect.
            run(call, null, nowhere, null);
            return;
        }
        boolean atHead = session.queue.head() == operation;
        run(call, operation, session.guard(), Answers.sinkFor(operation, atHead));
        session.highestIndexShown = Math.max(session.highestIndexShown, context.index());
        answers.touch(session);
        if (atHead) {
            answers.pop(session);
        } else {
            Answers.done(operation);
        }
    }

    private void run(CommandReader call, @Nullable Operation operation, ReplyGuard guard, @Nullable ReplySink sink)
            throws MachineFault {
        guard.begin(sink);
        try {
            if (call.tag() == null && !call.isEngines()) {
                Responder<Object> routed = operation == null ? null : operation.responder;
                pass.run(state.machine(), call.command(), context, routed, guard);
            } else {
                engineCommands.run(call, state, context, guard);
            }
        } catch (MachineFault e) {
            guard.takeBack();
            guard.abandon();
            throw e;
        }
        state.digest().result(guard.resultHash());
        guard.end(call.command());
    }

    private void outcomeUnknown(@Nullable Operation @Nullable [] operations, long index) {
        if (operations == null) {
            return;
        }
        for (Operation operation : operations) {
            if (operation != null) {
                answers.fail(
                        operation,
                        "UNKNOWN the command is committed at index " + index + ", but this node's machine failed before"
                                + " its result was known; look before repeating it");
            }
        }
    }

    private void fault(Throwable thrown, long index) {
        faultIndex = index;
        state.distrust("MACHINE this node's state is being rebuilt after a failure at index " + index
                + " (see the log of the node); nothing was done, ask another node or try again later");
        moved = true;
        loop.machineFailed(thrown, index);
        rebuildLater();
    }

    // ---- a machine that is not what the others' are

    private void found(Agreement.Finding finding) {
        boolean again = diverged != 0 && (finding.index() == diverged || !finding.exact());
        loop.diverged(finding, again);
    }

    /**
     * This node's machine differs from all others: nothing is applied to it or read from it any more. It is rebuilt from
     * before the entry, unless that was tried before, or nothing older is there.
     *
     * @param index the first entry at which it differs
     * @param base the log begins behind this entry
     * @param again whether a rebuilt machine differed again
     */
    void standsAlone(long index, long base, boolean again) {
        inbox.post(() -> {
            if (state.suspect() == null) {
                distrustFrom(index, base, again);
            }
        });
    }

    private void distrustFrom(long index, long base, boolean again) {
        boolean hopeless = again || !goBefore(index, base);
        state.distrust("MACHINE this node's state differs from the others' from index " + index + " on"
                + (hopeless
                        ? ": it serves nothing until its directory is emptied and it joins anew"
                        : " and is being rebuilt")
                + "; nothing was done, ask another node");
        moved = true;
        loop.machineDistrusted(); // From here: a restart that was told before is older.
        diverged = index;
        faultIndex = index;
        before = index;
        if (hopeless) {
            LOG.error(
                    "this node's state still differs from the others' at index {} and can't be rebuilt: it goes on to vote and"
                            + " to store, and serves nothing. Empty its directory and let it join anew; then look for what"
                            + " is not deterministic in the machine",
                    index);
        } else {
            rebuildLater();
        }
    }

    private boolean goBefore(long index, long base) {
        try {
            return state.goBefore(index, base);
        } catch (IOException e) {
            LOG.error("snapshots of the state that differs could not be set aside", e);
            return false;
        }
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
        if (closed || state.suspect() == null) {
            return;
        }
        try {
            state.goBefore(before, 0);
            state.restoreNewest();
        } catch (Throwable e) {
            LOG.error("the machine could not be rebuilt from its snapshot; tried again later", e);
            rebuildLater();
            return;
        }
        restarted();
    }

    private void restarted() {
        moved = true;
        before = Long.MAX_VALUE;
        agreement.restarted();
        answers.restarted();
        appliedIndex = state.index();
        LOG.info("the machine was rebuilt as of index {}", appliedIndex);
        loop.machineRestarted(appliedIndex, told);
    }

    private void restoreNow(LogPosition position) {
        told = position.index();
        boolean suspect = state.suspect() != null;
        if (!suspect && state.index() >= position.index()) {
            return;
        }
        try {
            state.restoreNewest();
        } catch (Throwable e) {
            fault(e, position.index());
            return;
        }
        // Said in any case: a rebuild that was under way may have told the core of an older state in between.
        restarted();
    }
}
