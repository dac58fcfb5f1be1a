package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Consistency;
import dev.huck.raft.testkit.check.AppliedHistory;
import dev.huck.raft.testkit.check.ClientOperation;
import dev.huck.raft.testkit.check.ClientOperation.Kind;
import dev.huck.raft.testkit.check.ClientOperation.Outcome;
import dev.huck.raft.testkit.check.ExactlyOnce;
import dev.huck.raft.testkit.check.KnownOutcomes;
import dev.huck.raft.testkit.check.ReadValues;
import dev.huck.raft.testkit.check.RealTimeOrder;
import dev.huck.raft.testkit.check.SessionOrder;
import dev.huck.raft.testkit.linear.Linearizability;
import dev.huck.raft.testkit.linear.Linearizability.Verdict;
import dev.huck.raft.testkit.linear.Model;
import dev.huck.raft.testkit.linear.Operation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All that clients do in a run: makes their commands, remembers what became of them, and judges the whole. */
final class Workload {
    private static final long SEARCH_STEPS = 200_000;

    private final SimWorld world;
    private final Profile profile;
    private final SimRandom random;
    private final AppliedHistory applied;
    private final RealTimeOrder realTime;
    private final List<ClientOperation> operations = new ArrayList<>();
    private final List<List<ClientOperation>> sessions = new ArrayList<>();
    private int done;
    private int connections;
    private boolean closed;

    Workload(SimWorld world, Profile profile, AppliedHistory applied) {
        this.world = world;
        this.profile = profile;
        this.applied = applied;
        this.random = world.random("workload");
        this.realTime = new RealTimeOrder(world::violated);
    }

    int newConnection() {
        return ++connections;
    }

    /** Answered operations that took effect. */
    int done() {
        return done;
    }

    /** The next operation of a client; registered, so it must be sent. */
    ClientOperation next(int connection, @Nullable Reading reading) {
        if (random.chance(profile.reads)) {
            Reading how = reading == null ? new Reading(profile.consistency, -1, 0) : reading;
            return get(connection, how, random.nextInt(SimMachine.KEYS));
        }
        // Counters, registers and lists are different keys, so that every kind of history stays simple.
        int kind = random.nextInt(3);
        int key = kind + 3 * random.nextInt(SimMachine.KEYS / 3);
        if (kind == 1 && random.chance(3 * profile.rate(FaultKind.MACHINE_EXCEPTION))) {
            profile.happened(FaultKind.MACHINE_EXCEPTION);
            return next(connection, random.nextBoolean() ? Kind.DENY : Kind.BREAK, key);
        }
        return next(connection, kind == 0 ? Kind.SET : kind == 1 ? Kind.INCR : Kind.APPEND, key);
    }

    /** Bytes that a command carries for nothing. */
    int ballast() {
        return profile.happens(random, FaultKind.LARGE_COMMAND) ? 1 + random.nextInt(20_000) : 0;
    }

    /** A write; registered, so it must be sent. */
    ClientOperation nextWrite(int connection) {
        return next(connection, Kind.SET, 0);
    }

    /** Any write of a client that has a generator of its own; registered, so it must be sent. */
    ClientOperation nextWriteOfAnyKind(int connection, SimRandom own) {
        int kind = own.nextInt(3);
        int key = kind + 3 * own.nextInt(SimMachine.KEYS / 3);
        return next(connection, kind == 0 ? Kind.SET : kind == 1 ? Kind.INCR : Kind.APPEND, key);
    }

    /** A read of a client that has a generator of its own; registered, so it must be sent. */
    ClientOperation nextRead(int connection, Reading reading, SimRandom own) {
        return get(connection, reading, own.nextInt(SimMachine.KEYS));
    }

    /** Notes a client session, to be judged at the end: its writes in the order of their numbers. */
    void session(List<ClientOperation> numbered) {
        sessions.add(numbered);
    }

    private ClientOperation next(int connection, Kind kind, int key) {
        return next(connection, kind, key, Consistency.HIGH, realTime.shown());
    }

    private ClientOperation get(int connection, Reading reading, int key) {
        Consistency promised = profile.promised(reading.consistency());
        long since = profile.clocksAreGood() ? reading.since(world.now()) : -1;
        long floor = realTime.floor(promised, since, reading.minIndex());
        return next(connection, Kind.GET, key, promised, floor);
    }

    private ClientOperation next(int connection, Kind kind, int key, Consistency consistency, long floor) {
        ClientOperation operation =
                new ClientOperation(operations.size() + 1, connection, kind, key, world.now(), consistency, floor);
        operations.add(operation);
        return operation;
    }

    /** The highest position that any client was shown. */
    long shown() {
        return realTime.shown();
    }

    /** Notes an answer. */
    void answered(ClientOperation operation, SimReply reply) {
        operation.returned = world.now();
        if (reply.bytes() != null && reply.bytes().length == 16) {
            java.nio.ByteBuffer in = java.nio.ByteBuffer.wrap(reply.bytes());
            long position = in.getLong();
            if (position < 0) {
                // A bit has turned where it was computed. Which of these are allowed is asked there (Corruption).
                operation.outcome = Outcome.UNKNOWN;
                return;
            }
            operation.position = position;
            operation.value = in.getLong();
            operation.outcome = Outcome.DONE;
            done++;
            if (!closed) {
                realTime.answered(operation);
            }
            return;
        }
        operation.outcome = outcome(operation, reply.text() == null ? "" : reply.text());
    }

    private Outcome outcome(ClientOperation operation, String text) {
        boolean denied = operation.kind == Kind.DENY && text.equals("DENIED always");
        boolean broken = operation.kind == Kind.BREAK && text.startsWith("ERR internal error at index ");
        if (denied || broken) {
            done++;
            return Outcome.FAILED;
        }
        if (text.matches("(TRY|CLUSTERDOWN|BUSY|MACHINE) (?s:.*)")) {
            return Outcome.REFUSED;
        }
        if (!text.startsWith("UNKNOWN ")) {
            world.violated("answers", operation + " is answered '" + text + "'");
        }
        return Outcome.UNKNOWN;
    }

    /** Judges nothing more. */
    void close() {
        closed = true;
    }

    /** Judges the history, once all is quiet. */
    void judge() {
        if (closed) {
            return;
        }
        new KnownOutcomes(world::violated, applied).check(operations);
        new SessionOrder(world::violated, applied).check(operations);
        new ReadValues(world::violated, applied).check(operations);
        sessions.forEach(new ExactlyOnce(world::violated, applied)::check);
        for (int key = 0; key < SimMachine.KEYS; key++) {
            judge(key);
        }
    }

    private void judge(int key) {
        List<Operation<ClientOperation, Long>> history = new ArrayList<>();
        List<Operation<ClientOperation, Long>> order = new ArrayList<>();
        for (ClientOperation operation : operations) {
            boolean isDone = operation.outcome == Outcome.DONE;
            boolean counts = operation.isWrite()
                    ? operation.outcome != Outcome.REFUSED
                    : isDone && operation.consistency != Consistency.LOW;
            if (operation.key != key || !counts) {
                continue;
            }
            Operation<ClientOperation, Long> seen = new Operation<>(
                    operation.invoked,
                    isDone ? operation.returned : Long.MAX_VALUE,
                    operation,
                    isDone ? operation.value : null);
            history.add(seen);
            if (isDone || place(seen) > 0) {
                order.add(seen);
            }
        }
        // The log's own order is nearly always a proof; the search is for when it is not.
        order.sort(Comparator.<Operation<ClientOperation, Long>>comparingLong(this::place)
                .thenComparing(seen -> !seen.input().isWrite()));
        Numbers model = new Numbers();
        if (!Linearizability.isProvenBy(order, model)
                && Linearizability.check(history, model, SEARCH_STEPS) == Verdict.NOT_LINEARIZABLE) {
            world.violated("linearizability", "the history of key " + key + " is not linearizable");
        }
    }

    /** Where in the log an operation took effect; 0 if it did not, or before all. */
    private long place(Operation<ClientOperation, Long> seen) {
        ClientOperation operation = seen.input();
        return operation.isWrite() ? applied.positionOf(operation.id) : operation.position;
    }

    /** One key's number. */
    private static final class Numbers implements Model<Long, ClientOperation, Long> {
        @Override
        public Long initial() {
            return 0L;
        }

        @Override
        public @Nullable Long step(Long state, ClientOperation input, @Nullable Long output) {
            long after = input.kind.apply(state, input.id);
            return output == null || output == after ? (Long) after : null;
        }
    }
}
