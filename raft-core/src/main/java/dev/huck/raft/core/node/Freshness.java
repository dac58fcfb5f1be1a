package dev.huck.raft.core.node;

import java.util.ArrayDeque;

/**
 * When this node's state was last known to be up to date, by its own monotonic clock. A proof says: the log's committed part
 * ended at this index, or before it, at this time; it counts once the machine has applied the index. The time is that at
 * which the question left, so the way there and back makes the state seem older than it is and never newer. Machine
 * stage only.
 */
final class Freshness {
    /** More wait only on a node that lags far behind; then the oldest are the first to count. */
    private static final int MOST_PROOFS = 64;

    private final ArrayDeque<Proof> proofs = new ArrayDeque<>();
    private boolean known;
    private long at;

    private record Proof(long index, long at) {}

    void proven(long index, long askedAt) {
        if (proofs.size() < MOST_PROOFS) {
            proofs.addLast(new Proof(index, askedAt));
        }
    }

    /** The machine stands here. */
    void applied(long index) {
        while (!proofs.isEmpty() && proofs.getFirst().index <= index) {
            at = proofs.removeFirst().at;
            known = true;
        }
    }

    /** The state was replaced, perhaps by an older one. */
    void reset() {
        known = false;
        proofs.clear();
    }

    /** Whether the state holds all that was committed at this time. */
    boolean isSince(long time) {
        return known && at - time >= 0;
    }

    /** Whether it will, by a proof that is there, once more is applied. */
    boolean willBeSince(long time) {
        return !proofs.isEmpty() && proofs.getLast().at - time >= 0;
    }

    /** How old the state may be, for people. */
    String age(long now) {
        return known
                ? "last knew " + (now - at) / 1_000_000 + " ms ago that it was up to date"
                : "does not know how old its state is";
    }
}
