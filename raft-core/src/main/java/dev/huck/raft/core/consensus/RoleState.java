package dev.huck.raft.core.consensus;

/**
 * What a node is in its term, with the data that only this role has. Roles are replaced, never changed into one another:
 *
 * <pre>
 *   Follower  --timeout-->  Candidate(pre-vote)  --quorum-->  Candidate(vote)  --quorum-->  Leader
 *   any  --higher term, or the term's leader is heard, or (leader) quorum lost-->  Follower
 * </pre>
 */
sealed interface RoleState permits Follower, Candidate, Leader {

    /** Time has passed. */
    void tick();

    /** When {@link #tick} is due next. */
    long deadline();
}
