package dev.huck.raft.api;

/** What a read may miss. */
public enum Consistency {
    /** Any node answers: a state that was once committed; may be stale; never goes backwards on one connection. */
    LOW,
    /**
     * The leader answers, under a lease kept by a quorum's heartbeats: linearizable as long as clocks drift less than the
     * stated bound; re-checked after the read, so a paused leader answers nothing old.
     */
    MEDIUM,
    /**
     * Linearizable, whatever clocks do: the leader has a quorum confirm it in a round that left after the read arrived.
     */
    HIGH
}
