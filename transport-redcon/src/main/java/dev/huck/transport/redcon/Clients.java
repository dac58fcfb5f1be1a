package dev.huck.transport.redcon;

import dev.huck.raft.api.Options;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * All connections of one transport, and what bounds them. Every connection takes a seat when it is accepted; which kind
 * of client it is shows only later, so when the clients' seats are taken a few spare ones are left for peers to be
 * recognised in.
 */
final class Clients {
    /** Seats beyond the clients': more than the members a cluster has, so that a flood of clients locks out no peer. */
    static final int SPARE = 64;

    private final int seats;
    private final AtomicInteger seated = new AtomicInteger();
    private final AtomicInteger spare = new AtomicInteger();
    private final AtomicLong lastId = new AtomicLong();
    private final SharedBudget input;
    private final SharedBudget output;
    private final ConcurrentHashMap<Long, RespConnection> connections = new ConcurrentHashMap<>();

    Clients(Options options) {
        this.seats = options.maxConnections();
        // Who opens the transport has looked at what the heap can hold.
        this.input = new SharedBudget(options.memoryBudgetBytes());
        this.output = new SharedBudget(options.memoryBudgetBytes());
    }

    /** Takes one of the clients' seats; false when all are taken. */
    boolean sit() {
        return take(seated, seats);
    }

    /** Gives a client's seat back. */
    void rise() {
        seated.decrementAndGet();
    }

    /** Takes a seat that is for peers, or for those who may turn out to be one. */
    boolean sitSpare() {
        return take(spare, SPARE);
    }

    /** Gives a spare seat back. */
    void riseSpare() {
        spare.decrementAndGet();
    }

    private static boolean take(AtomicInteger taken, int limit) {
        if (taken.incrementAndGet() <= limit) {
            return true;
        }
        taken.decrementAndGet();
        return false;
    }

    long nextId() {
        return lastId.incrementAndGet();
    }

    void add(RespConnection connection) {
        connections.put(connection.id(), connection);
    }

    void remove(RespConnection connection) {
        connections.remove(connection.id());
    }

    @Nullable
    RespConnection find(long id) {
        return connections.get(id);
    }

    /** All clients, the oldest first. */
    List<RespConnection> oldestFirst() {
        return connections.values().stream()
                .sorted((one, other) -> Long.compare(one.id(), other.id()))
                .toList();
    }

    Collection<RespConnection> all() {
        return connections.values();
    }

    /** For commands half sent. */
    SharedBudget input() {
        return input;
    }

    /** For replies on their way. */
    SharedBudget output() {
        return output;
    }
}
