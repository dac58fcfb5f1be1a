package dev.huck.raft.core.check;

import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Configuration;

/** What checks look at in a node's consensus core, between two of its steps. */
public interface CoreView {

    /** @return the node's store id */
    long storeId();

    /** @return its role */
    Role role();

    /** @return its term */
    long term();

    /** @return store id of the candidate that it voted for in its term; 0 for none */
    long vote();

    /** @return the last entry that it knows to be committed */
    long commitIndex();

    /** @return the last entry of its log */
    LogPosition last();

    /** @return the place before its log's first entry */
    LogPosition base();

    /** @return whether it may have forgotten what it acknowledged, and says so */
    default boolean isRecovering() {
        return false;
    }

    /**
     * Whether it would answer reads without asking anybody.
     *
     * @param now monotonic nanoseconds of its own clock
     * @return whether it leads under a lease that has not run out by then
     */
    default boolean hasLease(long now) {
        return false;
    }

    /** @return the configuration in force */
    Configuration configuration();

    /**
     * The term of an entry.
     *
     * @param index the entry
     * @return its term; 0 if it is not in the log
     */
    long termAt(long index);
}
