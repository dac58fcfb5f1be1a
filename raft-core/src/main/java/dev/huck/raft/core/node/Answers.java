package dev.huck.raft.core.node;

import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.spi.ReplySink;
import dev.huck.raft.core.env.Environment;
import dev.huck.raft.core.env.Stage;
import dev.huck.raft.core.node.Operation.Kind;
import dev.huck.raft.core.node.Operation.State;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes operations off the sessions' queues: each is answered when all before it are, and a read no later than a later
 * write of its connection is applied, so that it never sees one. Machine stage only.
 */
final class Answers {
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
    private static final String MISSED =
            "CLUSTERDOWN a later write may be part of the state already; nothing was read, try again";

    private static final String NO_ROOM_FOR_READ = "BUSY too many replies wait behind a slow command; nothing was read";
    /** Repeating it would do it twice, so its client must be told; the reply itself is lost. */
    private static final String NO_ROOM_FOR_WRITE =
            "UNKNOWN the command was carried out, but its reply was too long to be kept behind a slow command; look"
                    + " before repeating it";

    /** How often those that wait for a newer state are looked at although nothing has changed. */
    private static final long LOOK_NANOS = 100_000_000L;

    /** Replies of all sessions together, in bytes, that leave before the turn is over: no limit knows of them yet. */
    private static final long MOST_UNFLUSHED = 1 << 20;

    private final MachineState state;
    private final Loop loop;
    private final Consumer<Runnable> stage;
    private final Environment environment;
    private final Stage timers;
    private final boolean followerReads;
    private final long lagPatience;
    private final Reads reads = new Reads();
    private final Freshness freshness = new Freshness();
    private final List<ClientSession> touched = new ArrayList<>();
    private List<ClientSession> blocked = new ArrayList<>();
    private long unflushed;
    private boolean lookAgain;
    private boolean looking;

    /**
     * Answers.
     *
     * @param state the machine
     * @param loop takes reads back whose lease ran out
     * @param stage runs what comes from other threads
     * @param environment for the clock
     * @param timers the machine stage
     * @param options how long reads wait
     */
    Answers(
            MachineState state,
            Loop loop,
            Consumer<Runnable> stage,
            Environment environment,
            Stage timers,
            Options options) {
        this.state = state;
        this.loop = loop;
        this.stage = stage;
        this.environment = environment;
        this.timers = timers;
        this.followerReads = options.followerReads();
        this.lagPatience = options.requestTimeout().toNanos();
    }

    /** The committed part of the log ended at this index, or before it, at this time. */
    void upToDate(long index, long at) {
        freshness.proven(index, at);
        lookAgain = true;
    }

    /** The machine's instance was replaced. */
    void restarted() {
        freshness.reset();
    }

    /** Sends operations on, behind those that wait to be. */
    void depart(ClientSession session, List<Operation> operations) {
        session.departing.addAll(operations);
        depart(session);
    }

    /**
     * A command that is executed elsewhere comes back through the log without a trace of its connection, so no read before it
     * on the connection could be kept from seeing it: it leaves when they are answered, or are executed there too.
     */
    private void depart(ClientSession session) {
        List<Operation> leaving = new ArrayList<>();
        while (!session.departing.isEmpty()) {
            Operation next = session.departing.getFirst();
            if (next.state == State.WAITING) {
                boolean read = next.kind == Kind.READ;
                boolean forward = loop.forwards() && !(read && followerReads);
                if (forward && next.readsBefore > session.readsSettled) {
                    break;
                }
                next.forward = forward;
                next.outgoing = forward ? next.command : null;
                if (forward && read) {
                    next.settled = true;
                    session.readsSettled++;
                }
                leaving.add(next);
            }
            session.departing.removeFirst();
        }
        if (!leaving.isEmpty()) {
            loop.submit(leaving);
        }
    }

    /** The leader has answered. */
    void relayed(Operation operation, long index, byte[] reply) {
        if (operation.state == State.WAITING) {
            ClientSession session = operation.session;
            boolean atHead = session.queue.head() == operation;
            RecordedReply recorded = new RecordedReply(atHead ? Long.MAX_VALUE : session.roomForReply());
            try {
                ReplyBytes.replay(reply, recorded);
            } catch (RuntimeException e) {
                fail(operation, "UNKNOWN the leader's reply can't be read: look before repeating the command");
                return;
            }
            operation.index = index;
            operation.recorded = recorded;
            touch(session);
            if (!atHead) {
                done(operation);
                return;
            }
            operation.state = State.DONE;
            if (answer(session, operation)) {
                operation.recorded = null; // It has left, and never counted.
                pop(session);
            }
        }
    }

    /** Has a session looked at when the turn ends. */
    void touch(ClientSession session) {
        if (!session.touched) {
            session.touched = true;
            touched.add(session);
        }
    }

    /** Lets reads run once an index is applied. */
    void ready(List<Operation> confirmed, long index, long term) {
        for (Operation read : confirmed) {
            if (read.state == State.WAITING) {
                read.state = State.READY;
                read.index = index;
                read.term = term;
                touch(read.session);
            }
        }
    }

    /** Makes an operation's answer an error, unless it has one. */
    void fail(Operation operation, String error) {
        if (operation.state == State.WAITING || operation.state == State.READY) {
            operation.state = State.FAILED;
            operation.error = error;
            if (operation.kind == Kind.WRITE && error.startsWith("UNKNOWN")) {
                operation.outcomeUnknown = true;
                operation.session.unknownWrites++;
            }
            touch(operation.session);
        }
    }

    /** Runs the reads before a write that is about to be applied, and answers what can be answered. */
    void releaseBefore(Operation write) {
        ClientSession session = write.session;
        Operation next;
        for (Operation each = session.queue.head(); each != null && each != write; each = next) {
            next = each.next;
            boolean atHead = session.queue.head() == each;
            if (each.kind == Kind.READ && (each.state == State.READY || each.state == State.WAITING)) {
                // The write was proposed after the read arrived and is committed, so the state before it is new enough
                // at every level. But for an index that somebody else has named.
                ReplySink sink = sinkFor(each, atHead);
                if (sink != null && each.minIndex > state.readContext().index()) {
                    session.guard().error(sink, tooEarly(each.minIndex));
                } else if (sink != null && !atHead && session.roomForReply() == 0) {
                    session.guard().error(sink, NO_ROOM_FOR_READ);
                } else if (sink != null) {
                    runRead(each, sink, write);
                }
                done(each);
            }
            touch(session);
            if (atHead && answer(session, each)) {
                pop(session);
            }
        }
    }

    /**
     * Takes the head of a session's queue, which is answered, out of it. Usually one flush for each session at the end of
     * its turn is enough; but what waits for it must not come to much, of one session or of all.
     */
    void pop(ClientSession session) {
        session.pop();
        long waiting = session.unflushedBytes();
        unflushed += waiting - session.unflushed;
        session.unflushed = waiting;
        if (waiting > ClientSession.FLUSHED_AT) {
            flush(session);
        } else if (unflushed > MOST_UNFLUSHED) {
            touched.forEach(this::flush);
        }
    }

    private void flush(ClientSession session) {
        if (session.unflushed > 0) {
            unflushed -= session.unflushed;
            session.flushReplies();
        }
    }

    /**
     * Where an operation that is answered now writes its reply: to the client if it is its turn, else to be kept.
     *
     * @return null if the client is gone
     */
    static @Nullable ReplySink sinkFor(Operation operation, boolean atHead) {
        ReplySink sink = operation.session.sink();
        if (sink == null || atHead) {
            return sink;
        }
        operation.recorded = new RecordedReply(operation.session.roomForReply());
        return operation.recorded;
    }

    /** Marks an operation that has run, and whose reply may have to wait for its turn. */
    static void done(Operation operation) {
        RecordedReply recorded = operation.recorded;
        if (recorded != null && (recorded.isTooLong() || !operation.session.recorded(recorded))) {
            operation.state = State.FAILED;
            operation.error = operation.kind == Kind.WRITE ? NO_ROOM_FOR_WRITE : NO_ROOM_FOR_READ;
            operation.recorded = null;
            // What its client is told to look at must be there.
            operation.session.highestIndexShown = Math.max(operation.session.highestIndexShown, operation.index);
            return;
        }
        operation.state = State.DONE;
    }

    /**
     * Answers what can be answered and sends it.
     *
     * @param moved whether the machine stands elsewhere, so that reads that waited may run
     */
    void endTurn(boolean moved) {
        if (moved || lookAgain) {
            lookAgain = false;
            freshness.applied(state.index());
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
                pop(session);
                head = session.queue.head();
            }
            // Before the next one's replies are written: all of them together may be more than there is memory for.
            session.touched = false;
            unflushed -= session.unflushed;
            session.finishTurn();
            if (!session.departing.isEmpty()) {
                depart(session);
            }
        }
        touched.clear();
        unflushed = 0;
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
                session.guard().error(sink, String.valueOf(head.error));
                yield true;
            }
            case DONE -> {
                RecordedReply recorded = head.recorded;
                session.highestIndexShown = Math.max(session.highestIndexShown, head.index);
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
        if (head.kind == Kind.LOCAL && head.state == State.READY && head.starter != null && head.local == null) {
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
                answer -> stage.accept(() -> {
                    if (local.state == State.WAITING) {
                        local.state = State.READY;
                        local.local = answer;
                        touch(local.session);
                    }
                }));
    }

    private boolean answerRead(ClientSession session, Operation read, ReplySink sink) {
        String suspect = state.suspect();
        if (suspect != null) {
            session.guard().error(sink, suspect);
            return true;
        }
        long needed = Math.max(Math.max(read.index, read.minIndex), session.highestIndexShown);
        String problem = needed > state.index() ? lags(read, needed) : isStale(read) ? stale(read) : null;
        if (problem != null) {
            if (problem.isEmpty()) {
                block(session);
                return false;
            }
            session.gaveUp = true;
            session.gaveUpSince = read.earlyAt;
            session.guard().error(sink, problem);
            return true;
        }
        int mark = sink.mark();
        runRead(read, sink, null);
        if (read.consistency == Consistency.MEDIUM && read.term != 0 && !loop.leaseValid(read.term)) {
            // The node may have slept since the lease was looked at; somebody else may lead and have written.
            sink.rewind(mark);
            read.state = State.WAITING;
            loop.submit(List.of(read));
            return false;
        }
        return true;
    }

    private static String name(Operation read) {
        if (read.consistency == Consistency.HIGH) {
            return "reads_high";
        }
        return read.consistency == Consistency.MEDIUM ? "reads_medium" : "reads_low";
    }

    /** Why a read is given up for which the machine has not applied enough; empty while it is worth waiting. */
    private String lags(Operation read, long needed) {
        return isOverdue(read, lagPatience) ? tooEarly(needed) : "";
    }

    private String tooEarly(long needed) {
        return "CLUSTERDOWN this node has applied the log up to " + state.index() + " and the read needs " + needed
                + "; nothing was read, try again later or ask another node";
    }

    private boolean isStale(Operation read) {
        if (read.maxStale < 0 || read.consistency != Consistency.LOW) {
            return false;
        }
        isOverdue(read, loop.stalePatience()); // notes when it was first looked at
        long since = read.earlyAt - read.maxStale;
        if (freshness.isSince(since)) {
            return false;
        }
        if (!freshness.willBeSince(since)) {
            loop.refresh();
        }
        return true;
    }

    private String stale(Operation read) {
        return isOverdue(read, loop.stalePatience())
                ? "CLUSTERDOWN this node " + freshness.age(environment.nanoTime()) + ", and the read asks for "
                        + read.maxStale / 1_000_000
                        + " ms at most; nothing was read, try again later or ask another node"
                : "";
    }

    private boolean isOverdue(Operation read, long patience) {
        long now = environment.nanoTime();
        if (!read.early) {
            read.early = true;
            ClientSession session = read.session;
            boolean longSince = session.gaveUp && session.gaveUpSince - now < 0;
            read.earlyAt = longSince ? later(session.gaveUpSince, read.takenAt) : now;
        }
        return now - read.earlyAt > patience;
    }

    private static long later(long one, long other) {
        return one - other > 0 ? one : other;
    }

    private void block(ClientSession session) {
        if (!session.blocked) {
            session.blocked = true;
            blocked.add(session);
        }
        if (!looking) {
            looking = true;
            timers.schedule(
                    LOOK_NANOS,
                    () -> stage.accept(() -> {
                        looking = false;
                        lookAgain = true;
                    }));
        }
    }

    private void runRead(Operation read, ReplySink sink, @Nullable Operation before) {
        ClientSession session = read.session;
        if (mayHaveMissedItsPlace(read, before)) {
            session.guard().error(sink, MISSED);
            return;
        }
        session.gaveUp = false;
        loop.count(name(read), 1);
        reads.run(read, state, session.guard(), sink);
        session.highestIndexShown =
                Math.max(session.highestIndexShown, state.readContext().index());
    }

    /**
     * Whether the state may hold a write that was sent after this read: one that was answered {@code UNKNOWN}, or one that
     * a snapshot brought along.
     */
    private boolean mayHaveMissedItsPlace(Operation read, @Nullable Operation before) {
        boolean replaced = read.epoch != state.epoch();
        if (!replaced && read.session.unknownWrites == 0) {
            return false;
        }
        for (Operation later = read.next; later != null && later != before; later = later.next) {
            if (later.kind == Kind.WRITE && (replaced || later.outcomeUnknown)) {
                return true;
            }
        }
        return false;
    }
}
