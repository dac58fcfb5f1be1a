package dev.huck.raft.core.node;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandException;
import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.ReadOptions;
import dev.huck.raft.api.Reply;
import dev.huck.raft.api.spi.ClientConnection;
import dev.huck.raft.api.spi.ReplySink;
import dev.huck.raft.api.spi.Session;
import dev.huck.raft.core.check.ConnectionView;
import dev.huck.raft.core.consensus.SessionTag;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's commands, in order.
 *
 * <p>Whoever may write replies is told by {@link #outstanding}: while it is 0, the connection's thread, which then answers
 * at once what needs no other stage; else the machine stage. Operations become visible to the machine stage when the
 * batch ends, after the connection's thread has flushed what it wrote itself; the count goes down after the machine stage
 * has flushed. So the two never write at the same time.
 */
final class ClientSession implements Session, ConnectionView {
    private static final Logger LOG = LoggerFactory.getLogger(ClientSession.class);
    /** Replies of so many bytes leave before the batch or the turn is over: until they do, no limit knows of them. */
    static final int FLUSHED_AT = 64 << 10;

    /**
     * Commands that one connection may have under way before no more are read from it; in bytes it is
     * {@link Budget#share}, and one command alone may be longer.
     */
    static final int MAX_OPERATIONS = 4096;

    /** A message of so many characters is part of an operation's overhead. */
    private static final int SHORT = 100;

    private static final String BUSY = "BUSY too many commands are under way on this node; nothing was done, try again";

    /** A bound on staleness longer than this is none that anybody can tell from it. */
    private static final Duration LONGEST = Duration.ofDays(3650);

    private final ClientConnection connection;
    private final Loop loop;
    private final MachineRunner machines;
    private final BuiltIns builtIns;
    private final Budget budget;
    private final long term;
    private final long number;

    // The connection's thread.
    private final RecordingApplier routing = new RecordingApplier();
    private List<Operation> forLoop = new ArrayList<>();
    private @Nullable Operation first;
    private @Nullable Operation last;
    /** Bears the cost of the array that its command shares with those before it: it is the last to let go. */
    private @Nullable Operation bearer;

    private @Nullable Command borne;
    private long reads;
    private int taken;
    private int batch;
    /** How many of them are reads, and when the first of these came. */
    private int batchReads;

    private long batchAt;
    private boolean wrote;
    private boolean dropped;

    // Both.
    private final AtomicInteger outstanding = new AtomicInteger();
    /** What this holds of the budget. */
    private final AtomicLong held = new AtomicLong();

    private final AtomicBoolean paused = new AtomicBoolean();
    private volatile boolean closed;
    private volatile ReadOptions reading = ReadOptions.DEFAULT;
    private volatile long publishedIndex;

    // Whoever may write replies.
    private final ReplyGuard guard;

    // The machine stage.
    final OperationQueue queue = new OperationQueue();
    /** Writes in the queue that were answered {@code UNKNOWN} but not taken out yet. */
    int unknownWrites;
    /** Bytes of replies that wait for their turn; {@link #held} has them, too. */
    long recordedBytes;
    /** Bytes of replies that were written in this turn and not flushed, as {@link Answers} knows of them. */
    long unflushed;
    /** Operations that go to the loop, or the leader, once nothing before them forbids it. */
    final ArrayDeque<Operation> departing = new ArrayDeque<>();
    /** Reads that see nothing any more of what comes behind them: answered, or on their way to the leader. */
    long readsSettled;
    /** No reply is computed from a state before this. */
    long highestIndexShown;
    /**
     * Machine stage: whether the last read was given up, and when that one had begun to wait: what has waited behind it for
     * as long is given up with it.
     */
    boolean gaveUp;

    long gaveUpSince;
    /** Among those that the runner has to finish at the end of its turn. */
    boolean touched;
    /** Among those that wait for the machine to apply more. */
    boolean blocked;

    /** Answered since the last flush. */
    private boolean unsent;

    private int answered;
    private long answeredBytes;

    ClientSession(ClientConnection connection, Loop loop, MachineRunner machines, BuiltIns builtIns) {
        this(connection, loop, machines, builtIns, 0);
    }

    /**
     * A session.
     *
     * @param term for a client of another node: the only term in which its commands may be executed here; else 0
     */
    ClientSession(ClientConnection connection, Loop loop, MachineRunner machines, BuiltIns builtIns, long term) {
        this.connection = connection;
        this.loop = loop;
        this.machines = machines;
        this.builtIns = builtIns;
        this.budget = loop.budget();
        this.term = term;
        this.number = builtIns.counters().numbers.incrementAndGet();
        this.guard = new ReplyGuard(this::abort);
        if (term == 0) {
            builtIns.counters().connected.incrementAndGet();
            builtIns.counters().connections.increment();
        }
    }

    @Override
    public void submit(Command command) {
        submit(command, ReadOptions.DEFAULT);
    }

    /**
     * Takes a command whose read, if it is one, has a consistency or bounds of its own.
     *
     * @param command the command
     * @param wanted what it leaves open is the connection's
     */
    void submit(Command command, ReadOptions wanted) {
        if (closed || dropped) {
            return;
        }
        taken++;
        if (!builtIns.submit(this, command)) {
            route(command, command, wanted);
        }
    }

    /**
     * Takes a command that carries one of the machine's in a client session.
     *
     * @param command with its tag
     * @throws CommandException when it makes no sense
     */
    void submitInSession(Command command) {
        SessionTag.parse(command);
        Command carried = SessionTag.carried(command);
        if (builtIns.has(carried)) {
            throw new CommandException(
                    "ERR this command is answered by the node itself: send it outside of the session");
        }
        route(carried, command, ReadOptions.DEFAULT);
    }

    /** Takes a command for the log that is the engine's own. */
    void write(Command command) {
        routing.reset();
        forLoop(Operation.write(this, command, routing), command);
    }

    /**
     * Asks the machine what a command needs.
     *
     * @param command the machine's
     * @param whole what goes into the log if it writes
     * @param wanted what it leaves open is the connection's
     */
    private void route(Command command, Command whole, ReadOptions wanted) {
        routing.reset();
        // Before the instance is looked at: one that is replaced meanwhile is then known to be.
        int epoch = machines.epoch();
        try {
            machines.machine().command(routing, command);
        } catch (CommandException e) {
            error(Faults.message(e));
            return;
        } catch (Throwable e) {
            error(Faults.inRouting(command, e));
            return;
        }
        switch (routing.call()) {
            case WRITE -> forLoop(Operation.write(this, whole, routing), whole);
            case READ -> read(command, wanted, epoch);
            case REPLY -> {
                Consumer<Reply> respond = routing.reply();
                answer(respond == null ? Reply::nil : respond, command);
            }
            case NONE ->
                error(Faults.inRouting(
                        command, new IllegalStateException("the machine called none of its applier's methods")));
        }
    }

    private void read(Command command, ReadOptions wanted, int epoch) {
        ReadOptions own = reading;
        Consistency level = wanted.consistency() != null ? wanted.consistency() : own.consistency();
        Duration maxStale = wanted.maxStale() != null ? wanted.maxStale() : own.maxStale();
        Operation read = Operation.read(
                this,
                command,
                level != null ? level : machines.nodeDefault(),
                maxStale == null ? -1 : nanos(maxStale),
                Math.max(wanted.minIndex(), own.minIndex()),
                routing,
                epoch);
        if (read.isForLoop()) {
            forLoop(read, command);
        } else {
            enqueue(read, command);
        }
    }

    /** What goes to the loop is refused here, before it takes more memory, when it would be in vain. */
    private void forLoop(Operation operation, Command command) {
        String suspect = machines.suspect();
        if (suspect != null) {
            error(suspect);
        } else if (enqueue(operation, command)) {
            forLoop.add(operation);
        }
    }

    /** Takes an operation on, or refuses it in its place when there is no memory for the command that it holds. */
    private boolean enqueue(Operation operation, Command command) {
        boolean shared = borne != null && borne.sharesArrayWith(command);
        if (!hold(Operation.OVERHEAD + (shared ? command.ownBytes() : command.heldBytes()))) {
            loop.count("rejected_over_budget", 1);
            error(BUSY);
            return false;
        }
        if (shared && bearer != null) {
            bearer.cost -= command.heldBytes() - command.ownBytes();
        }
        operation.cost = Operation.OVERHEAD + command.heldBytes();
        bearer = operation;
        borne = command;
        append(operation);
        return true;
    }

    /** Takes on what can't be refused, and holds next to nothing; the client gets no more than what is before it else. */
    private void enqueueAnyway(Operation operation) {
        long before = held.getAndAdd(operation.cost);
        if (budget.accountAnyway(before, before + operation.cost)) {
            append(operation);
        } else {
            release(operation.cost);
            LOG.warn("closing {}: the commands that wait in this node take too much memory", this);
            dropped = true;
            abort();
        }
    }

    private void append(Operation operation) {
        if (last == null) {
            first = operation;
        } else {
            last.next = operation;
        }
        last = operation;
        operation.readsBefore = reads;
        if (operation.kind == Operation.Kind.READ) {
            if (batchReads++ == 0) {
                batchAt = loop.nanoTime();
            }
            operation.takenAt = batchAt;
            reads++;
        }
        batch++;
    }

    /** Takes memory if there is as much. Any thread. */
    private boolean hold(long bytes) {
        long before = held.getAndAdd(bytes);
        if (budget.account(before, before + bytes)) {
            return true;
        }
        release(bytes);
        return false;
    }

    private void release(long bytes) {
        long before = held.getAndAdd(-bytes);
        budget.account(before, before - bytes);
    }

    /** Bytes that this connection's commands and their recorded replies hold. Any thread. */
    @Override
    public long heldBytes() {
        return held.get();
    }

    /** The same, counted anew from the operations that wait. For who runs the node in one thread. */
    @Override
    public long heldBytesAnew() {
        return answeredBytes + bytesFrom(queue.head()) + bytesFrom(first);
    }

    private static long bytesFrom(@Nullable Operation oldest) {
        long bytes = 0;
        for (Operation each = oldest; each != null; each = each.next) {
            RecordedReply recorded = each.recorded;
            bytes += Math.max(Operation.OVERHEAD, each.cost) + (recorded == null ? 0 : recorded.cost());
        }
        return bytes;
    }

    @Override
    public void reply(Consumer<ReplySink> respond) {
        if (closed || dropped) {
            return;
        }
        if (answersAtOnce()) {
            answerNow(respond);
        } else {
            enqueueAnyway(Operation.local(this, respond));
        }
    }

    private boolean answersAtOnce() {
        return batch == 0 && outstanding.get() == 0;
    }

    private void answerNow(Consumer<ReplySink> respond) {
        ReplySink replies = connection.replies();
        wrote = true;
        write(replies, respond);
        if (replies.mark() > FLUSHED_AT) {
            wrote = false;
            flushConnection();
        }
    }

    /** Answers in its place, on whatever thread that is. */
    void answer(Consumer<? super Reply> respond, Command command) {
        Consumer<ReplySink> write = sink -> guard.run(sink, respond, command);
        if (answersAtOnce()) {
            answerNow(write);
        } else {
            enqueue(Operation.local(this, write), command);
        }
    }

    /** Answers in its place, on the machine stage. */
    void answerOnMachine(Consumer<? super Reply> respond, Command command) {
        enqueue(Operation.local(this, sink -> guard.run(sink, respond, command)), command);
    }

    /** Begins something once everything before it is answered, and answers when it has ended. */
    void answerLater(Supplier<CompletionStage<Consumer<Reply>>> starter, Command command) {
        enqueue(Operation.deferred(this, starter), command);
    }

    /** Answers with an error, in its place. */
    void error(String message) {
        if (closed || dropped) {
            return;
        }
        if (answersAtOnce()) {
            answerNow(sink -> sink.error(message));
            return;
        }
        // A long one may hold whatever the client has sent.
        long length = message.length() <= SHORT ? 0 : 2L * message.length();
        boolean kept = length <= budget.room();
        String text = kept ? message : BUSY;
        Operation error = Operation.local(this, sink -> sink.error(text));
        error.cost += kept ? length : 0;
        enqueueAnyway(error);
    }

    private static long nanos(Duration bound) {
        return bound.compareTo(LONGEST) < 0 ? bound.toNanos() : LONGEST.toNanos();
    }

    /** Sets how this connection reads unless a command says otherwise. */
    void setConsistency(Consistency level) {
        setReading(ReadOptions.at(level));
    }

    /** Sets how this connection reads what is sent from now on, unless a command says otherwise. */
    void setReading(ReadOptions options) {
        reading = options;
    }

    /** Unique among the connections of this run of the node. Any thread. */
    long number() {
        return number;
    }

    /** The only term in which its commands may be executed here; 0 for any. Any thread. */
    long term() {
        return term;
    }

    /** Whether nothing is under way. The connection's thread. */
    boolean isIdle() {
        return batch == 0 && outstanding.get() == 0;
    }

    /** The highest index that replies have shown. Any thread. */
    long highestIndexShown() {
        return publishedIndex;
    }

    @Override
    public void flush() {
        if (wrote) {
            wrote = false;
            flushConnection();
        }
        builtIns.counters().commands.add(taken);
        taken = 0;
        publish();
    }

    private void publish() {
        Operation from = first;
        Operation to = last;
        if (from == null || to == null) {
            return;
        }
        List<Operation> toLoop = forLoop;
        int count = outstanding.addAndGet(batch);
        first = null;
        last = null;
        bearer = null;
        borne = null;
        batch = 0;
        batchReads = 0;
        queue.add(from, to);
        if (!from.isForLoop()) {
            // Whatever is before it may be answered already, and then nobody else would look.
            machines.wake(this);
        }
        if (!toLoop.isEmpty()) {
            forLoop = new ArrayList<>();
            if (term == 0 && machines.mayForward()) {
                machines.depart(this, toLoop);
            } else {
                loop.submit(toLoop);
            }
        }
        if (count >= MAX_OPERATIONS || held.get() >= budget.share()) {
            pause();
        }
    }

    private void pause() {
        if (paused.get()) {
            return;
        }
        // In this order: who sees the mark and resumes does so after this has stopped.
        connection.setReading(false);
        paused.set(true);
        resumeIfDrained();
    }

    private void resumeIfDrained() {
        if (paused.get()
                && outstanding.get() <= MAX_OPERATIONS / 2
                && held.get() <= budget.share() / 2
                && paused.compareAndSet(true, false)) {
            connection.setReading(true);
        }
    }

    @Override
    public void closed() {
        if (!closed) {
            wrote = false;
            publish();
            closed = true;
            if (term == 0) {
                builtIns.counters().connected.decrementAndGet();
            }
            machines.wake(this);
        }
    }

    /** Replies are out of step, which no client can bear. Whoever may write replies. */
    void abort() {
        connection.close();
    }

    private void flushConnection() {
        publishedIndex = highestIndexShown;
        try {
            connection.flush();
        } catch (RuntimeException e) {
            LOG.warn("replies to {} could not be sent; its connection is closed", connection.remote(), e);
            abort();
        }
    }

    // From here on: the machine stage.

    MachineRunner machines() {
        return machines;
    }

    /** Where replies go; null once the client is gone. */
    @Nullable
    ReplySink sink() {
        return closed ? null : connection.replies();
    }

    ReplyGuard guard() {
        return guard;
    }

    /** Writes a reply by a function that is trusted with the sink itself, though not to succeed. */
    void write(ReplySink sink, Consumer<ReplySink> respond) {
        int mark = sink.mark();
        try {
            respond.accept(sink);
        } catch (Throwable e) {
            sink.rewind(mark);
            sink.error(Faults.inReply("a command", e));
        }
    }

    /** Takes the head, which is answered, out of the queue. */
    void pop() {
        Operation head = queue.head();
        if (head != null) {
            answered++;
            unsent = true;
            answeredBytes += head.cost;
            if (head.recorded != null) {
                answeredBytes += head.recorded.cost();
                recordedBytes -= head.recorded.cost();
            }
            if (head.kind == Operation.Kind.READ && !head.settled) {
                readsSettled++;
            }
            if (head.outcomeUnknown) {
                unknownWrites--;
            }
            queue.pop();
        }
    }

    /** How long a reply that has to wait for its turn may be. */
    long roomForReply() {
        return Math.max(0, Math.min(budget.room(), budget.share() - recordedBytes));
    }

    /**
     * Keeps a reply until its turn.
     *
     * @return false if others have taken meanwhile what there was room for
     */
    boolean recorded(RecordedReply reply) {
        long cost = reply.cost();
        if (!hold(cost)) {
            return false;
        }
        recordedBytes += cost;
        return true;
    }

    /** Bytes of replies that were written and not flushed. */
    long unflushedBytes() {
        return closed ? 0 : connection.replies().mark();
    }

    /** Sends what was written since the last time. */
    void flushReplies() {
        unflushed = 0;
        if (unsent && !closed) {
            unsent = false;
            flushConnection();
        }
    }

    /** Ends a turn in which something was answered: replies leave, then the connection's thread may write again. */
    void finishTurn() {
        if (answered == 0) {
            return;
        }
        flushReplies();
        long bytes = answeredBytes;
        int count = answered;
        answered = 0;
        answeredBytes = 0;
        release(bytes);
        outstanding.addAndGet(-count);
        resumeIfDrained();
    }

    @Override
    public String toString() {
        return connection.remote();
    }
}
