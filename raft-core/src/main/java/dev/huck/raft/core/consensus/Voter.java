package dev.huck.raft.core.consensus;

import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Message.PreVote;
import dev.huck.raft.core.consensus.Message.PreVoteReply;
import dev.huck.raft.core.consensus.Message.RequestVote;
import dev.huck.raft.core.consensus.Message.VoteReply;

/** How this node answers candidates, whatever its own role (Raft §5.2, §5.4.1; dissertation §4.2.3, §9.6). */
final class Voter {
    private final Raft raft;
    /** When this node last promised not to help replace a leader: at its start, and whenever it heard one. */
    private long promisedAt;

    Voter(Raft raft) {
        this.raft = raft;
        this.promisedAt = raft.now;
    }

    /** The promise outlives the role and the term in which it was given: a lease may rest on it. */
    void heardLeader() {
        promisedAt = raft.now;
    }

    /**
     * Whether this voter may not help to replace a leader: it leads, it has heard the leader within the shortest election
     * timeout, or it started so recently that it may have promised so before. This is what a lease rests on.
     */
    boolean isLeaderAlive() {
        if (raft.isLeading()) {
            return true;
        }
        return !raft.configuration().isSoleVoter(raft.self)
                && raft.now - promisedAt < raft.settings().electionMinNanos();
    }

    void answer(PreVote ask) {
        boolean granted = ask.term() > raft.term
                && raft.log.isUpToDate(ask.last())
                && raft.recovering.mayVoteFor(ask.last())
                && !isLeaderAlive();
        raft.send(new PreVoteReply(
                raft.self,
                ask.from(),
                granted ? ask.term() : raft.term,
                granted,
                committed(Math.min(raft.commit, ask.last().index()))));
    }

    /** So that a node that was removed, and asks for ever because it can't know, learns that this is committed. */
    private LogPosition committed(long index) {
        return raft.log.knowsTerm(index) ? new LogPosition(index, raft.log.termAt(index)) : LogPosition.START;
    }

    void answer(RequestVote ask) {
        boolean granted = ask.term() == raft.term
                && (raft.vote == 0 || raft.vote == ask.from())
                && (raft.leader == 0 || raft.leader == ask.from())
                // A promise holds in whatever term it was given, and a delayed request may meet one given since.
                && (ask.transfer() || raft.vote == ask.from() || !isLeaderAlive())
                && raft.log.isUpToDate(ask.last())
                && raft.recovering.mayVoteFor(ask.last())
                && !raft.isLeading();
        if (granted) {
            if (raft.vote == 0) {
                raft.vote = ask.from();
                raft.outbox.hardState(raft.term, raft.vote);
            }
            raft.becomeFollower(raft.term);
        }
        raft.send(new VoteReply(raft.self, ask.from(), raft.term, granted));
    }
}
