package dev.huck.raft.core.check;

import java.util.HashMap;
import java.util.Map;

/**
 * A store votes for one candidate a term (Raft §5.2), across restarts: the vote is on its disk before anybody hears of it
 * (Raft §5.1, figure 2: persistent state).
 */
public final class VoteOncePerTerm {
    private final Report report;
    private final Map<Ballot, Long> votes = new HashMap<>();
    /** By store, its last vote that left. */
    private final Map<Long, Vote> last = new HashMap<>();

    private record Ballot(long storeId, long term) {}

    private record Vote(long term, long candidate) {}

    /**
     * A check.
     *
     * @param report told of violations
     */
    public VoteOncePerTerm(Report report) {
        this.report = report;
    }

    /**
     * A vote leaves a node, for itself or for another.
     *
     * @param voter the node's store
     * @param term the term
     * @param candidate for whom
     * @param durableTerm the term that a power cut would leave on its disk
     * @param durableVote the vote that a power cut would leave there
     */
    public void left(long voter, long term, long candidate, long durableTerm, long durableVote) {
        Long earlier = votes.putIfAbsent(new Ballot(voter, term), candidate);
        if (earlier != null && earlier != candidate) {
            report.violated(
                    "one vote a term",
                    "store " + voter + " votes in term " + term + " for " + earlier + " and for " + candidate);
        }
        Vote newest = last.get(voter);
        if (newest == null || newest.term < term) {
            last.put(voter, new Vote(term, candidate));
        }
        // A delayed answer of an earlier term is fine: the disk has moved on.
        if (durableTerm < term || (durableTerm == term && durableVote != candidate)) {
            report.violated(
                    "votes are durable",
                    "store " + voter + " votes in term " + term + " for " + candidate + ", and its disk says term "
                            + durableTerm + ", vote " + durableVote);
        }
    }

    /**
     * Looks at a node between two of its steps: within a term a vote is given once and not taken back.
     *
     * @param core its core
     */
    public void observe(CoreView core) {
        if (core.vote() == 0) {
            Vote vote = last.get(core.storeId());
            if (vote != null && vote.term == core.term()) {
                report.violated(
                        "one vote a term",
                        "store " + core.storeId() + " has voted for " + vote.candidate + " in term " + core.term()
                                + " and knows nothing of it");
            }
            return;
        }
        Vote vote = last.put(core.storeId(), new Vote(core.term(), core.vote()));
        if (vote != null && vote.term == core.term() && vote.candidate != core.vote()) {
            report.violated(
                    "one vote a term",
                    "store " + core.storeId() + " votes in term " + core.term() + " for " + vote.candidate + " and for "
                            + core.vote());
        }
    }

    /**
     * A node has started.
     *
     * @param core its core, as it came from the disk
     */
    public void started(CoreView core) {
        Vote vote = last.get(core.storeId());
        if (vote == null || core.term() > vote.term) {
            return;
        }
        if (core.term() < vote.term || core.vote() != vote.candidate) {
            report.violated(
                    "votes are durable",
                    "store " + core.storeId() + " voted in term " + vote.term + " for " + vote.candidate
                            + ", and after a restart says term " + core.term() + ", vote " + core.vote());
        }
    }
}
