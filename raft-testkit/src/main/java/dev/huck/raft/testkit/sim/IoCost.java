package dev.huck.raft.testkit.sim;

/** Takes virtual time for an I/O operation. */
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
}
