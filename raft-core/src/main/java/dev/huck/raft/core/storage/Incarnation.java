package dev.huck.raft.core.storage;

/**
 * One life of a node's directory: from the first start after the others have heard of the life before, to the last start
 * before they have heard of this one; of a node that knows nobody, each start.
 *
 * @param number counts the lives
 * @param run drawn when the life begins, never 0: of two copies of one directory that both count so far, it tells which
 */
public record Incarnation(long number, long run) {
    /** Of a directory that was never opened. */
    public static final Incarnation NONE = new Incarnation(0, 0);
}
