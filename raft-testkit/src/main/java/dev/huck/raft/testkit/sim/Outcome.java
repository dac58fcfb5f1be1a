package dev.huck.raft.testkit.sim;

import org.jspecify.annotations.Nullable;

/**
 * What came out of a run.
 *
 * @param violation the first broken invariant; null if none
 * @param events how many happened
 * @param hash over all of them
 * @param virtualNanos how long the run took in its own time
 * @param leaders how many terms had a leader
 * @param operations of clients, answered and in effect
 * @param losses power cuts that lost something that had been written
 */
public record Outcome(
        @Nullable String violation,
        long events,
        long hash,
        long virtualNanos,
        int leaders,
        int operations,
        int losses) {}
