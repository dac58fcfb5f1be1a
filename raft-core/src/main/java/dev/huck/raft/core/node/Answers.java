package dev.huck.raft.core.node;

import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.spi.ReplySink;
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

    /** Replies that a session may keep for later, in bytes, before its reads are refused. */
    private static final long MOST_RECORDED = 16L << 20;

    private final MachineState state;
    private final Loop loop;
    private final Consumer<Runnable> stage;
    private final Reads reads = new Reads();
    private final List<ClientSession> touched = new ArrayList<>();
    private List<ClientSession> blocked = new ArrayList<>();

    /**
     * Answers.
     *
     * @param state the machine
     * @param loop takes reads back whose lease ran out
     * @param stage runs what comes from other threads
     */
    Answers(MachineState state, Loop loop, Consumer<Runnable> stage) {
        this.state = state;
        this.loop = loop;
        this.stage = stage;
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
                // at every level.
                ReplySink sink = sinkFor(each, atHead);
                if (sink != null && session.recordedBytes > MOST_RECORDED) {
                    session.guard().error(sink, "BUSY too many replies wait behind a slow command; nothing was read");
                } else if (sink != null) {
                    runRead(each, sink, write);
                }
                done(each);
            }
            if (atHead && answer(session, each)) {
                session.pop();
            }
            touch(session);
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
        operation.recorded = new RecordedReply();
        return operation.recorded;
    }

    /** Marks an operation that has run, and whose reply may have to wait for its turn. */
    static void done(Operation operation) {
        operation.state = State.DONE;
        if (operation.recorded != null) {
            operation.session.recordedBytes += operation.recorded.cost();
        }
    }

    /**
     * Answers what can be answered and sends it.
     *
     * @param moved whether the machine stands elsewhere, so that reads that waited may run
     */
    void endTurn(boolean moved) {
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
        if (Math.max(read.index, session.highestIndexShown) > state.index()) {
            if (!session.blocked) {
                session.blocked = true;
                blocked.add(session);
            }
            return false;
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

    private void runRead(Operation read, ReplySink sink, @Nullable Operation before) {
        ClientSession session = read.session;
        if (mayHaveMissedItsPlace(read, before)) {
            session.guard().error(sink, MISSED);
            return;
        }
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
