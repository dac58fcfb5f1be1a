package dev.huck.raft.api;

/**
 * When a node's word that it holds an entry counts. Terms, votes, configurations and snapshot marks are synced to the
 * disk at every level.
 */
public enum Durability {
    /** Once written; the operating system decides when it reaches the disk. */
    LOW,
    /** Once written; synced at least every second. */
    MEDIUM,
    /** Once synced: nothing that was acknowledged is lost, unless a majority loses its disks. */
    HIGH
}
