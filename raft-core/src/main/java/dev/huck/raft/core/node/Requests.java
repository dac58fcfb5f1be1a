package dev.huck.raft.core.node;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.core.consensus.Effect;
import dev.huck.raft.core.consensus.Event;
import dev.huck.raft.core.consensus.Forwarding;
import dev.huck.raft.core.consensus.Raft;
import dev.huck.raft.core.consensus.Rejection;
import dev.huck.raft.core.env.Environment;
import dev.huck.raft.core.env.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Clients' commands on their way through the loop: into the core in as few entries and rounds as possible, and on to the
 * machine stage with what became of them. Loop stage, except where said.
 */
final class Requests {
    private static final int COMMANDS_AN_ENTRY = 1024;
    private static final long BYTES_AN_ENTRY = 1 << 20;
    private static final long SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    static final String UNKNOWN =
            "UNKNOWN the command left this node but its outcome is not known: look before repeating it";

    private static final String CHANGED = "BUSY leadership has just changed; nothing was done, try again";

    private final Environment environment;
    private final Options options;
    private final Stage stage;
    private final Raft raft;
    private final MachineRunner machine;
    private final Supplier<HuckException> notLeader;
    private final Forwarder forwarder;
    private final Pending pending = new Pending();
    private List<Operation> writes = new ArrayList<>();
    private List<Operation> reads = new ArrayList<>();
    private final Consumer<Runnable> turns;
    private boolean sweeping;
    /** The question under way how far the log is committed, below 0; 0 for none. */
    private long question;

    private long questions;
    private long askedAt;
    private long wantedUntil;
    private boolean stopped;

    Requests(
            Environment environment,
            Options options,
            Stage stage,
            Raft raft,
            MachineRunner machine,
            Supplier<HuckException> notLeader,
            Consumer<Runnable> turns,
            Consumer<Forwarding> send) {
        this.environment = environment;
        this.options = options;
        this.stage = stage;
        this.raft = raft;
        this.machine = machine;
        this.notLeader = notLeader;
        this.turns = turns;
        this.forwarder = new Forwarder(environment, stage, options, raft, send, this::fail, this::relayed, turns);
        this.wantedUntil = environment.nanoTime();
    }

    /** They have arrived. */
    void add(List<Operation> operations) {
        for (Operation operation : operations) {
            if (operation.forward) {
                forwarder.add(operation);
            } else {
                (operation.kind == Operation.Kind.WRITE ? writes : reads).add(operation);
            }
        }
    }

    /** Everything that clients brought in this turn goes to the core in as few entries and rounds as possible. */
    void admit() {
        long now = environment.nanoTime();
        long deadline = now + options.requestTimeout().toNanos();
        if (!forwarder.isEmpty()) {
            forwarder.flush(raft.role() == Role.LEADER ? CHANGED : text(Rejection.NOT_LEADER));
        }
        writes = inTheirTerm(writes);
        reads = inTheirTerm(reads);
        for (int from = 0; from < writes.size(); ) {
            int to = from;
            long bytes = 0;
            List<Command> commands = new ArrayList<>();
            while (to < writes.size() && commands.size() < COMMANDS_AN_ENTRY && bytes < BYTES_AN_ENTRY) {
                Command command = Objects.requireNonNull(writes.get(to++).command);
                commands.add(command);
                bytes += command.encodedLength();
            }
            long batch = pending.hand(List.copyOf(writes.subList(from, to)), deadline);
            raft.step(
                    now,
                    new Event.Propose(
                            batch,
                            commands,
                            environment.wallNanos(),
                            environment.random().nextLong()));
            from = to;
        }
        if (!writes.isEmpty()) {
            writes = new ArrayList<>();
        }
        if (!reads.isEmpty()) {
            admitReads(now, deadline);
            reads = new ArrayList<>();
        }
        if (!isIdle()) {
            sweepLater();
        }
    }

    /** What another node has forwarded names the term in which it was taken, and is executed in no other. */
    private List<Operation> inTheirTerm(List<Operation> operations) {
        List<Operation> late = new ArrayList<>();
        for (Operation operation : operations) {
            long term = operation.session.term();
            if (term != 0 && (term != raft.term() || raft.role() != Role.LEADER)) {
                late.add(operation);
            }
        }
        if (late.isEmpty()) {
            return operations;
        }
        fail(late, CHANGED);
        List<Operation> rest = new ArrayList<>(operations);
        rest.removeAll(late);
        return rest;
    }

    private void relayed(Operation operation, long index, byte[] reply) {
        machine.relayed(operation, index, reply);
    }

    /** What the other ends of links say. */
    void forwarding(Forwarding message) {
        if (message instanceof Forwarding.Opened opened) {
            forwarder.opened(opened);
        } else if (message instanceof Forwarding.Answers answers) {
            forwarder.answered(answers);
        } else if (message instanceof Forwarding.Closed closed) {
            forwarder.closed(closed);
        }
    }

    private void admitReads(long now, long deadline) {
        List<Operation> leased = new ArrayList<>();
        List<Operation> confirmed = new ArrayList<>();
        boolean lease = raft.role() == Role.LEADER && now - raft.leaseUntil() < 0;
        for (Operation read : reads) {
            (lease && read.consistency == Consistency.MEDIUM ? leased : confirmed).add(read);
        }
        if (!leased.isEmpty()) {
            machine.readReady(leased, raft.commitIndex(), raft.term());
        }
        if (!confirmed.isEmpty()) {
            raft.step(now, new Event.Read(pending.hand(confirmed, deadline), options.followerReads()));
        }
    }

    void proposed(Effect.Proposed proposed) {
        pending.proposed(proposed.batch(), proposed.position());
    }

    void rejected(Effect.Rejected rejected) {
        if (rejected.batch() < 0) {
            questionRejected();
            return;
        }
        List<Operation> operations = pending.take(rejected.batch());
        if (operations != null) {
            fail(operations, text(rejected.reason()));
        }
    }

    void readReady(Effect.ReadReady ready) {
        if (ready.batch() < 0) {
            question = 0;
            machine.upToDate(ready.index(), askedAt);
            return;
        }
        List<Operation> operations = pending.take(ready.batch());
        if (operations != null) {
            machine.readReady(operations, ready.index(), 0);
        }
    }

    /** Some read wants to know how far the log is committed. One question at a time; asked again for a while. */
    void refresh() {
        wantedUntil = environment.nanoTime() + raft.configuration().settings().electionMinNanos();
        ask();
    }

    private void ask() {
        if (question == 0 && !stopped) {
            question = --questions;
            askedAt = environment.nanoTime();
            raft.step(askedAt, new Event.Read(question, true));
        }
    }

    private void questionRejected() {
        question = 0;
        if (environment.nanoTime() - wantedUntil < 0 && !stopped) {
            stage.schedule(raft.configuration().settings().heartbeatNanos(), () -> turns.accept(this::ask));
        }
    }

    /** Entries from an index on were replaced here; elsewhere they may live on. */
    void overwritten(long from) {
        fail(pending.overwritten(from), UNKNOWN);
    }

    boolean isIdle() {
        return pending.isEmpty() && forwarder.isEmpty();
    }

    /** Bytes of forwarded commands under way to the leader, without the newest. */
    long forwardedBeforeLast() {
        return forwarder.sentBeforeLast();
    }

    void stop() {
        stopped = true;
        forwarder.stop("CLUSTERDOWN the node is stopping; nothing was done");
        fail(pending.overwritten(0), UNKNOWN);
        fail(pending.undecided(), "CLUSTERDOWN the node is stopping; nothing was read");
    }

    /** Hands committed entries to the machine, with the operations that brought them. */
    void apply(List<LogEntry> entries) {
        List<Operation @Nullable []> operations = new ArrayList<>(entries.size());
        List<Operation> lost = new ArrayList<>();
        for (LogEntry entry : entries) {
            Operation[] mine = pending.committed(entry, lost);
            operations.add(mine);
        }
        if (!lost.isEmpty()) {
            fail(lost, UNKNOWN);
        }
        machine.apply(entries, operations);
    }

    private void sweepLater() {
        if (!sweeping) {
            sweeping = true;
            stage.schedule(SWEEP_NANOS, () -> {
                sweeping = false;
                long now = environment.nanoTime();
                fail(pending.overdueWrites(now), UNKNOWN);
                fail(
                        pending.overdueReads(now),
                        "CLUSTERDOWN leadership could not be confirmed in time; nothing was read");
                forwarder.sweep(now);
                if (!isIdle() && !stopped) {
                    sweepLater();
                }
            });
        }
    }

    private void fail(List<Operation> operations, String error) {
        if (!operations.isEmpty()) {
            machine.fail(operations, error);
        }
    }

    private String text(Rejection reason) {
        return switch (reason) {
            case NOT_LEADER -> String.valueOf(notLeader.get().getMessage());
            case TRANSFERRING -> "BUSY leadership is being handed over; try again";
            case BUSY -> "BUSY too many commands are under way; try again later";
            case CHANGE_IN_PROGRESS,
                    UNKNOWN_MEMBER,
                    LAST_VOTER,
                    CONFIGURATION_CHANGED,
                    NAME_TAKEN,
                    INCOMPATIBLE,
                    SUPERSEDED,
                    UNFIT_VOTERS -> throw new AssertionError(reason);
        };
    }
}
