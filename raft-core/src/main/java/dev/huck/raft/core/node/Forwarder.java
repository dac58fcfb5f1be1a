package dev.huck.raft.core.node;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.Options;
import dev.huck.raft.core.consensus.Forwarding;
import dev.huck.raft.core.consensus.Forwarding.Answer;
import dev.huck.raft.core.consensus.Forwarding.Item;
import dev.huck.raft.core.consensus.Limits;
import dev.huck.raft.core.consensus.Raft;
import dev.huck.raft.core.env.Environment;
import dev.huck.raft.core.env.Stage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Passes commands of this node's clients on to the leader, over one link, in order, each once: what becomes of a command that
 * has left is told by its answer, or it is not known. Whenever anything is not as it should be, the link is given up with all
 * that is under way on it, and what comes next opens another. Loop stage only.
 */
final class Forwarder {
    private static final String READ_LOST =
            "CLUSTERDOWN the way to the leader broke off before it answered; nothing was changed, try again";
    private static final String NEVER_TAKEN =
            "BUSY the leader refused the command on its way; nothing was done, try again";

    private final Environment environment;
    private final Stage stage;
    private final Raft raft;
    private final Limits limits;
    private final Consumer<Forwarding> send;
    private final BiConsumer<List<Operation>, String> fail;
    private final Relay relay;
    private final Consumer<Runnable> turns;
    private final long patience;

    private long term;
    private long leader;
    /** Of the link that is being opened; 0 for none. */
    private long nonce;

    private boolean waking;
    private long askedAt;
    /** The open link; 0 for none. */
    private long link;

    private long place;
    private final ArrayDeque<Waiting> unsent = new ArrayDeque<>();
    private final Map<Long, Waiting> sent = new HashMap<>();
    /** Places in the order of sending; those that were answered are passed over. */
    private final ArrayDeque<Long> order = new ArrayDeque<>();

    private long sentBytes;

    private record Waiting(Operation operation, long deadline) {}

    /** Takes an answer. */
    interface Relay {
        void answered(Operation operation, long index, byte[] reply);
    }

    Forwarder(
            Environment environment,
            Stage stage,
            Options options,
            Raft raft,
            Consumer<Forwarding> send,
            BiConsumer<List<Operation>, String> fail,
            Relay relay,
            Consumer<Runnable> turns) {
        this.environment = environment;
        this.stage = stage;
        this.raft = raft;
        this.limits = raft.limits();
        this.send = send;
        this.fail = fail;
        this.relay = relay;
        this.turns = turns;
        this.patience = options.requestTimeout().toNanos();
    }

    private long askAgain() {
        return raft.configuration().settings().heartbeatNanos();
    }

    void add(Operation operation) {
        unsent.addLast(new Waiting(operation, environment.nanoTime() + patience));
    }

    boolean isEmpty() {
        return unsent.isEmpty() && sent.isEmpty();
    }

    /**
     * Sends what can be sent.
     *
     * @param noLeader the error for clients while there is nobody to forward to
     */
    void flush(String noLeader) {
        if (raft.term() != term || raft.leader() != leader) {
            giveUp(Long.MAX_VALUE);
            term = raft.term();
            leader = raft.leader();
        }
        if (unsent.isEmpty()) {
            return;
        }
        if (leader == 0 || leader == raft.storeId()) {
            refuse(noLeader);
        } else if (link == 0) {
            open();
        } else {
            stream();
        }
    }

    private void refuse(String error) {
        List<Operation> refused = unsent.stream().map(Waiting::operation).toList();
        refused.forEach(operation -> operation.outgoing = null);
        unsent.clear();
        fail.accept(refused, error);
    }

    private void open() {
        long now = environment.nanoTime();
        if (nonce == 0) {
            nonce = environment.random().nextLong() | 1;
        } else if (now - askedAt < askAgain()) {
            return;
        }
        askedAt = now;
        send.accept(new Forwarding.Open(raft.storeId(), leader, term, nonce));
        if (!waking) {
            waking = true;
            stage.schedule(askAgain(), () -> turns.accept(() -> waking = false)); // every turn flushes
        }
    }

    void opened(Forwarding.Opened opened) {
        if (nonce != 0 && opened.nonce() == nonce && opened.from() == leader) {
            nonce = 0;
            link = opened.link();
            place = 0;
        }
    }

    private void stream() {
        while (!unsent.isEmpty() && (sent.isEmpty() || sentBytes < limits.windowBytes())) {
            long first = place;
            long bytes = 0;
            List<Item> items = new ArrayList<>();
            while (!unsent.isEmpty()
                    && (items.isEmpty() || bytes < limits.appendBytes())
                    && (sent.isEmpty() || sentBytes < limits.windowBytes())) {
                Waiting next = unsent.removeFirst();
                Operation operation = next.operation;
                items.add(item(operation));
                bytes += operation.cost;
                sentBytes += operation.cost;
                sent.put(place, next);
                order.addLast(place);
                place++;
            }
            send.accept(new Forwarding.Commands(raft.storeId(), leader, link, first, items));
        }
    }

    private static Item item(Operation operation) {
        Command command = Objects.requireNonNull(operation.outgoing);
        operation.outgoing = null;
        return new Item(
                operation.session.number(),
                operation.consistency == null ? -1 : ForwardServer.LEVELS.indexOf(operation.consistency),
                operation.minIndex,
                command);
    }

    void answered(Forwarding.Answers answers) {
        if (answers.link() != link || link == 0) {
            return;
        }
        for (Answer answer : answers.answers()) {
            Waiting waiting = sent.remove(answer.place());
            if (waiting != null) {
                sentBytes -= waiting.operation.cost;
                relay.answered(waiting.operation, answer.index(), answer.reply());
            }
        }
        while (!order.isEmpty() && !sent.containsKey(order.getFirst())) {
            order.removeFirst();
        }
    }

    void closed(Forwarding.Closed closed) {
        if (closed.link() == link && link != 0) {
            giveUp(closed.taken());
        }
    }

    /** Bytes that are under way to the leader, without the newest command. */
    long sentBeforeLast() {
        Waiting newest = sent.get(place - 1);
        return newest == null ? sentBytes : sentBytes - newest.operation.cost;
    }

    /** Answers those whose time is up. One that has left takes its link along: something was lost there. */
    void sweep(long now) {
        List<Operation> late = new ArrayList<>();
        while (!unsent.isEmpty() && now - unsent.getFirst().deadline > 0) {
            Operation operation = unsent.removeFirst().operation;
            operation.outgoing = null;
            late.add(operation);
        }
        fail.accept(late, "CLUSTERDOWN the leader could not be reached in time; nothing was done");
        Long oldest = order.peekFirst();
        if (oldest != null && now - Objects.requireNonNull(sent.get(oldest)).deadline > 0) {
            giveUp(Long.MAX_VALUE);
        }
    }

    void stop(String error) {
        giveUp(Long.MAX_VALUE);
        refuse(error);
    }

    /** The link is of no use any more. What has not left waits for the next one. */
    private void giveUp(long taken) {
        List<Operation> writes = new ArrayList<>();
        List<Operation> reads = new ArrayList<>();
        List<Operation> never = new ArrayList<>();
        for (long at : order) {
            Waiting waiting = sent.get(at);
            if (waiting != null) {
                boolean write = waiting.operation.kind == Operation.Kind.WRITE;
                (at >= taken ? never : write ? writes : reads).add(waiting.operation);
            }
        }
        order.clear();
        sent.clear();
        sentBytes = 0;
        link = 0;
        nonce = 0;
        fail.accept(writes, Requests.UNKNOWN);
        fail.accept(reads, READ_LOST);
        fail.accept(never, NEVER_TAKEN);
    }
}
