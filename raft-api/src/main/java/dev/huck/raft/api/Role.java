package dev.huck.raft.api;

/** What a node is to its cluster at the moment. */
public enum Role {
    /** Follows a leader, or waits for one. */
    FOLLOWER,
    /** Asks for votes. */
    CANDIDATE,
    /** Leads. */
    LEADER,
    /** Receives the log without a vote. */
    LEARNER,
    /** Has stopped. */
    SHUTDOWN
}
