package dev.huck.raft.api;

import java.io.DataOutput;
import java.io.IOException;

/** A state captured at one point of the log, to be written out while commands go on. */
@FunctionalInterface
public interface Snapshot {

    /**
     * Writes the captured state. Called at most once, on a background thread (on the machine's, with commands waiting,
     * if {@linkplain #blocking blocking}); must not touch data that commands change.
     *
     * @param out takes the state; {@link Machine#restore} reads it back
     * @throws IOException when it could not be written; the snapshot is abandoned and the log kept
     */
    void writeTo(DataOutput out) throws IOException;

    /** Releases what the capture holds. Called exactly once, after it was written or when it is abandoned. */
    default void discard() {}

    /**
     * A snapshot that is written while commands wait: simple, for small states.
     *
     * @param writer writes the live state, on the machine's thread
     * @return the snapshot
     */
    static Snapshot blocking(Snapshot writer) {
        return new BlockingSnapshot(writer);
    }

    /**
     * No snapshot: the log is kept whole and replayed at every start.
     *
     * @return the mark
     */
    static Snapshot disabled() {
        return BlockingSnapshot.DISABLED;
    }

    /**
     * Whether this is written while commands wait.
     *
     * @return true for what {@link #blocking} made
     */
    default boolean isBlocking() {
        return false;
    }

    /**
     * Whether this is the mark for no snapshot.
     *
     * @return true for {@link #disabled}
     */
    default boolean isDisabled() {
        return false;
    }
}
