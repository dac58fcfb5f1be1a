package dev.huck.raft.api;

import java.time.Instant;

/** Where in the log, and at which replicated time, a state stands. */
public interface ReadContext {

    /**
     * The index of the last applied entry; inside a mutation, the entry being applied.
     *
     * @return the index, from 1; 0 before the first
     */
    long index();

    /**
     * The replicated time: the stamp that the leader put into the entry, max(its clock, the last stamp + 1 ns), so it
     * never goes backwards, across leaders, replay and restore alike.
     *
     * @return nanoseconds since the epoch; 0 before the first stamped entry
     */
    long nanos();

    /**
     * The replicated time.
     *
     * @return {@link #nanos} as an instant
     */
    default Instant now() {
        long nanos = nanos();
        return Instant.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
    }
}
