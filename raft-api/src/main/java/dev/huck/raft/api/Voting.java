package dev.huck.raft.api;

/** What a member is to the quorums of its cluster. */
public enum Voting {
    /** Does not vote, until somebody promotes it. */
    LEARNER,
    /** Does not vote yet; does so by itself when it has caught up. */
    JOINING,
    /** Votes. */
    VOTER,
    /** Votes, and leaves when those who are to replace it have caught up. */
    LEAVING,
    /** Votes, and becomes a learner when those who are to replace it have caught up. */
    RETREATING,
    /** In a joint configuration: votes in the new half only. */
    INCOMING,
    /** In a joint configuration: votes in the old half only, and leaves when that ends. */
    OUTGOING,
    /** In a joint configuration: votes in the old half only, and is a learner when that ends. */
    DEMOTED;

    /**
     * Whether it counts for the cluster as it is, or is about to be.
     *
     * @return true for a voter, also one that is incoming, or will leave later
     */
    public boolean isVoter() {
        return this == VOTER || this == LEAVING || this == RETREATING || this == INCOMING;
    }
}
