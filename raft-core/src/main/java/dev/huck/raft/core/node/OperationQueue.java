package dev.huck.raft.core.node;

import org.jspecify.annotations.Nullable;

/**
 * A session's operations in order, linked through themselves. The connection's thread adds at the end; the machine stage
 * takes from the front. No locks: one side writes each link once, the other reads it.
 */
final class OperationQueue {
    /** Producer: the last one ever added. */
    private @Nullable Operation tail;
    /** Consumer: the last one taken; what follows it is the head. */
    private @Nullable Operation taken;
    /** The first one ever added, for as long as nothing was taken. */
    private volatile @Nullable Operation first;

    /**
     * Adds a chain that is already linked. Connection's thread.
     *
     * @param from its first
     * @param to its last
     */
    void add(Operation from, Operation to) {
        Operation last = tail;
        tail = to;
        if (last == null) {
            first = from;
        } else {
            last.next = from;
        }
    }

    /** @return the oldest one, or null. Machine stage */
    @Nullable
    Operation head() {
        Operation before = taken;
        return before == null ? first : before.next;
    }

    /** Takes the oldest one, which must be there, out. Machine stage. */
    void pop() {
        Operation head = head();
        if (head == null) {
            throw new AssertionError("nothing to take");
        }
        taken = head;
        first = null;
        head.gone();
    }
}
