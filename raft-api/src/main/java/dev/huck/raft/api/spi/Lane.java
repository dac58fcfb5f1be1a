package dev.huck.raft.api.spi;

/** Frames to one peer travel in three lanes; a full lane must not hold up the ones before it. */
public enum Lane {
    /** Votes, heartbeats, answers: small and urgent. */
    CONTROL,
    /** Entries. */
    APPEND,
    /** Pieces of snapshots. */
    SNAPSHOT
}
