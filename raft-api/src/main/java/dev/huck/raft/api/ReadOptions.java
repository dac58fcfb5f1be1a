package dev.huck.raft.api;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How one command reads, if it reads. Immutable.
 *
 * @param consistency null for the connection's, or the node's
 * @param maxStale at {@link Consistency#LOW}: how old a state may be; the node must have proof, from the leader and by its
 *     own monotonic clock, that its state was up to date no longer ago than this before the command arrived. Null for no
 *     bound; zero for a state at least as new as the command
 * @param minIndex at any consistency: the state must have applied this index, such as another client's
 *     {@link Client#lastIndex}; 0 for no bound
 */
public record ReadOptions(@Nullable Consistency consistency, @Nullable Duration maxStale, long minIndex) {
    /** As the connection, or else the node, has it. */
    public static final ReadOptions DEFAULT = new ReadOptions(null, null, 0);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException for a negative bound
     */
    public ReadOptions {
        if (maxStale != null && maxStale.isNegative()) {
            throw new IllegalArgumentException("a state can't be younger than now: " + maxStale);
        }
        if (minIndex < 0) {
            throw new IllegalArgumentException("an index is not negative: " + minIndex);
        }
    }

    /**
     * At a consistency, without bounds.
     *
     * @param consistency the consistency
     * @return the options
     */
    public static ReadOptions at(Consistency consistency) {
        return new ReadOptions(Objects.requireNonNull(consistency), null, 0);
    }

    /**
     * The same with a bound on staleness in time.
     *
     * @param bound not negative
     * @return the options
     */
    public ReadOptions maxStale(Duration bound) {
        return new ReadOptions(consistency, bound, minIndex);
    }

    /**
     * The same with a bound on staleness in the log.
     *
     * @param index not negative
     * @return the options
     */
    public ReadOptions minIndex(long index) {
        return new ReadOptions(consistency, maxStale, index);
    }
}
