package dev.huck.raft.core.consensus;

import dev.huck.raft.core.consensus.Message.ReadIndexReply;
import dev.huck.raft.core.consensus.Message.ReadIndexRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * Linearizable reads on a node that does not lead: it asks the leader for a read index, one request for all reads that
 * wait. What is asked belongs to one leader of one term and is given up with it; a lost request is sent again, unchanged,
 * so that its answer, however late, was confirmed after every read that it serves had arrived.
 */
final class RemoteReads {
    private final Raft raft;
    private List<Long> waiting = new ArrayList<>();
    private List<Long> asked = new ArrayList<>();
    private long token;
    private long askedTerm;
    private long askedLeader;
    private long againAt;

    RemoteReads(Raft raft) {
        this.raft = raft;
    }

    void add(long batch) {
        if (held() < ReadIndex.MOST) {
            waiting.add(batch);
        } else {
            raft.outbox.add(new Effect.Rejected(batch, Rejection.BUSY));
        }
    }

    /** How many wait: a leader that is heard and answers nothing keeps them for as long. */
    int held() {
        return waiting.size() + asked.size();
    }

    /** The end of a turn. */
    void flush() {
        if (asked.isEmpty() && waiting.isEmpty()) {
            return;
        }
        if (raft.leader == 0 || raft.isLeading()) {
            asked = reject(asked);
            waiting = reject(waiting);
            return;
        }
        if (askedTerm != raft.term || askedLeader != raft.leader) {
            asked = reject(asked);
        }
        if (asked.isEmpty() && !waiting.isEmpty()) {
            asked = waiting;
            waiting = new ArrayList<>();
            askedTerm = raft.term;
            askedLeader = raft.leader;
            token = raft.random.nextLong();
            ask();
        }
    }

    private List<Long> reject(List<Long> batches) {
        for (long batch : batches) {
            raft.outbox.add(new Effect.Rejected(batch, Rejection.NOT_LEADER));
        }
        return new ArrayList<>();
    }

    private void ask() {
        againAt = raft.now + raft.settings().heartbeatNanos();
        raft.send(new ReadIndexRequest(raft.self, askedLeader, askedTerm, token));
    }

    void tick() {
        if (!asked.isEmpty() && raft.now >= againAt) {
            ask();
        }
    }

    long deadline() {
        return asked.isEmpty() ? Long.MAX_VALUE : againAt;
    }

    void answered(ReadIndexReply reply) {
        if (asked.isEmpty() || reply.token() != token || reply.term() != askedTerm) {
            return; // To an earlier round: it was confirmed before these reads arrived.
        }
        for (long batch : asked) {
            raft.outbox.add(new Effect.ReadReady(batch, reply.index()));
        }
        asked = new ArrayList<>();
    }
}
