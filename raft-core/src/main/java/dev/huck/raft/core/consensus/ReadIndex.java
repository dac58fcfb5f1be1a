package dev.huck.raft.core.consensus;

import dev.huck.raft.core.consensus.Message.ReadIndexReply;
import dev.huck.raft.core.consensus.Message.ReadIndexRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Linearizable reads without writing to the log (dissertation §6.4): a read waits until a quorum has confirmed, in a round
 * that left after it arrived, that this node still leads. One round serves all reads that wait, those of other nodes too;
 * rounds are the leader's own numbers, never the caller's.
 */
final class ReadIndex {
    /** So many may wait; this node's clients are told that it is busy, and other nodes ask again. */
    static final int MOST = 4096;

    private final Leader leading;
    private Readers waiting = new Readers();
    private Readers asked = new Readers();
    private long askedRound;
    private long askedIndex;

    /** Who waits: this node's batches, and other nodes with the token of their newest request. */
    private static final class Readers {
        final List<Long> batches = new ArrayList<>();
        final Map<Long, Long> peers = new LinkedHashMap<>();

        int size() {
            return batches.size() + peers.size();
        }

        boolean isEmpty() {
            return size() == 0;
        }
    }

    ReadIndex(Leader leading) {
        this.leading = leading;
    }

    void add(long batch) {
        if (held() < MOST) {
            waiting.batches.add(batch);
        } else {
            leading.raft.outbox.add(new Effect.Rejected(batch, Rejection.BUSY));
        }
    }

    /** A node asks for its clients. It has one request under way at a time, so one place each is enough. */
    void add(ReadIndexRequest request) {
        if (held() < MOST || waiting.peers.containsKey(request.from())) {
            waiting.peers.put(request.from(), request.token());
        }
    }

    /** How many wait: until the term opens, as long as nobody answers, and longer than their clients do. */
    int held() {
        return waiting.size() + asked.size();
    }

    /** Opens a round for those that wait, unless one is under way or the term is not open yet. */
    void flush() {
        if (waiting.isEmpty() || !asked.isEmpty() || !leading.hasOpened()) {
            return;
        }
        Raft raft = leading.raft;
        asked = waiting;
        waiting = new Readers();
        askedIndex = raft.commit;
        askedRound = leading.replication.heartbeat();
        confirm();
    }

    void confirm() {
        if (!asked.isEmpty() && leading.replication.confirmedRound() >= askedRound) {
            Raft raft = leading.raft;
            for (long batch : asked.batches) {
                raft.outbox.add(new Effect.ReadReady(batch, askedIndex));
            }
            asked.peers.forEach(
                    (peer, token) -> raft.send(new ReadIndexReply(raft.self, peer, raft.term, token, askedIndex)));
            asked = new Readers();
            flush();
        }
    }

    /** Other nodes find out by the new term. */
    void reject() {
        for (Readers readers : List.of(asked, waiting)) {
            for (long batch : readers.batches) {
                leading.raft.outbox.add(new Effect.Rejected(batch, Rejection.NOT_LEADER));
            }
        }
        asked = new Readers();
        waiting = new Readers();
    }
}
