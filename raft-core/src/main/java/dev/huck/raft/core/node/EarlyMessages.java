package dev.huck.raft.core.node;

import dev.huck.raft.core.consensus.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What members have said whose new incarnation is not on disk yet. Bounded in number for each and in bytes for all: more is
 * lost, as on a network, and who has something to say says it again.
 */
final class EarlyMessages {
    /** Messages of one member. */
    static final int MOST = 64;
    /** Bytes of all members. */
    static final long MOST_BYTES = 1 << 20;
    /** What a message holds beside its entries or its piece of a snapshot. */
    static final long OVERHEAD = 128;

    private final Map<Long, List<Message>> messages = new HashMap<>();
    private long bytes;

    /** Keeps a message, if there is room. */
    void keep(long from, Message message) {
        List<Message> before = messages.computeIfAbsent(from, any -> new ArrayList<>());
        long cost = cost(message);
        if (before.size() < MOST && bytes + cost <= MOST_BYTES) {
            before.add(message);
            bytes += cost;
        }
    }

    /** Takes out what a member has said, in order. */
    List<Message> take(long from) {
        List<Message> kept = messages.remove(from);
        if (kept == null) {
            return List.of();
        }
        for (Message message : kept) {
            bytes -= cost(message);
        }
        return kept;
    }

    /** What is kept, as it is counted. */
    long bytes() {
        return bytes;
    }

    private static long cost(Message message) {
        long cost = OVERHEAD;
        if (message instanceof Message.Append append) {
            for (var entry : append.entries()) {
                cost += entry.cost();
            }
        } else if (message instanceof Message.InstallSnapshot piece) {
            cost += piece.bytes().length;
        }
        return cost;
    }
}
