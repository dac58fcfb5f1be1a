package dev.huck.raft.core.consensus;

import dev.huck.raft.core.consensus.Message.PreVote;
import dev.huck.raft.core.consensus.Message.PreVoteReply;
import dev.huck.raft.core.consensus.Message.RequestVote;
import dev.huck.raft.core.consensus.Message.VoteReply;
import java.util.HashSet;
import java.util.Set;

/** Asks whether it could win (pre-vote), then for votes (Raft §5.2; dissertation §9.6). */
final class Candidate implements RoleState {
    private final Raft raft;
    private final boolean pre;
    private final Set<Long> votes = new HashSet<>();
    private final long electionAt;

    private Candidate(Raft raft, boolean pre) {
        this.raft = raft;
        this.pre = pre;
        this.electionAt = raft.now + raft.randomElectionTimeout();
    }

    static Candidate preVote(Raft raft) {
        Candidate candidate = new Candidate(raft, true);
        candidate.votes.add(raft.self);
        for (Member member : raft.configuration().members()) {
            if (member.storeId() != raft.self && raft.configuration().isVoter(member.storeId())) {
                raft.send(new PreVote(raft.self, member.storeId(), raft.term + 1, raft.log.last()));
            }
        }
        return candidate;
    }

    static Candidate vote(Raft raft, boolean transfer) {
        Candidate candidate = new Candidate(raft, false);
        for (Member member : raft.configuration().members()) {
            if (member.storeId() != raft.self && raft.configuration().isVoter(member.storeId())) {
                raft.send(new RequestVote(raft.self, member.storeId(), raft.term, raft.log.last(), transfer));
            }
        }
        return candidate;
    }

    @Override
    public void tick() {
        if (raft.now >= electionAt) {
            raft.campaign(false);
        }
    }

    @Override
    public long deadline() {
        return electionAt;
    }

    void preVoteReply(PreVoteReply reply) {
        if (pre && reply.granted() && reply.term() == raft.term + 1) {
            votes.add(reply.from());
            if (raft.configuration().isQuorum(votes::contains)) {
                raft.campaignForReal(false);
            }
        }
    }

    void voteReply(VoteReply reply) {
        if (!pre && reply.granted() && reply.term() == raft.term) {
            votes.add(reply.from());
            checkQuorum();
        }
    }

    /** Its own vote counts like any other: once it is durable. */
    void checkQuorum() {
        if (pre) {
            return;
        }
        if (raft.outbox.hardStateIsDurable()) {
            votes.add(raft.self);
        }
        if (raft.configuration().isQuorum(votes::contains)) {
            raft.becomeLeader();
        }
    }
}
