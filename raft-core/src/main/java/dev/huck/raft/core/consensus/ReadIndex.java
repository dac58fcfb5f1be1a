package dev.huck.raft.core.consensus;

import java.util.ArrayList;
import java.util.List;

/**
 * Linearizable reads without writing to the log (dissertation §6.4): a read waits until a quorum has confirmed, in a round
 * that left after it arrived, that this node still leads. One round serves all reads that wait; rounds are the leader's
 * own numbers, never the caller's.
 */
final class ReadIndex {
    private final Leader leading;
    private List<Long> waiting = new ArrayList<>();
    private List<Long> asked = new ArrayList<>();
    private long askedRound;
    private long askedIndex;

    ReadIndex(Leader leading) {
        this.leading = leading;
    }

    void add(long batch) {
        waiting.add(batch);
    }

    /** Opens a round for those that wait, unless one is under way or the term is not open yet. */
    void flush() {
        if (waiting.isEmpty() || !asked.isEmpty() || !leading.hasOpened()) {
            return;
        }
        Raft raft = leading.raft;
        asked = waiting;
        waiting = new ArrayList<>();
        askedIndex = raft.commit;
        askedRound = leading.replication.heartbeat();
        confirm();
    }

    void confirm() {
        if (!asked.isEmpty() && leading.replication.confirmedRound() >= askedRound) {
            for (long batch : asked) {
                leading.raft.outbox.add(new Effect.ReadReady(batch, askedIndex));
            }
            asked = new ArrayList<>();
            flush();
        }
    }

    void reject() {
        for (List<Long> batches : List.of(asked, waiting)) {
            for (long batch : batches) {
                leading.raft.outbox.add(new Effect.Rejected(batch, Rejection.NOT_LEADER));
            }
        }
        asked = new ArrayList<>();
        waiting = new ArrayList<>();
    }
}
