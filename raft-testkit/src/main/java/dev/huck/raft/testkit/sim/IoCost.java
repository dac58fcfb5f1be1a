package dev.huck.raft.testkit.sim;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What becomes of an I/O operation: it takes virtual time, and may fail. */
@FunctionalInterface
interface IoCost {
    /** Costs nothing. */
    IoCost NONE = force -> {};

    /**
     * Spends the time.
     *
     * @param force whether the operation waits for the disk itself
     */
    void spend(boolean force);

    /**
     * How long a stage stands still before its next task, as its disk or its machine takes that long.
     *
     * @param stage its name
     */
    default long stall(String stage) {
        return 0;
    }

    /** Why a change fails, about half of which takes effect; null if it succeeds. */
    default @Nullable IOException changeFails() {
        return null;
    }

    /** Why a sync of the log, or of a file, fails; null if it succeeds. What was to be synced is lost, and no later sync brings it to the disk. */
    default @Nullable IOException syncFails(IoGate.Device device) {
        return null;
    }
}
