package dev.huck.raft.core.env;

/** Runs tasks one after the other: a thread, or the simulator's idea of one. */
public interface Stage {

    /**
     * Runs a task after all that were handed over before. Any thread; never blocks.
     *
     * @param task the task; what it throws ends the node
     */
    void execute(Runnable task);

    /**
     * Runs a task later, on this stage.
     *
     * @param delayNanos from now
     * @param task the task
     * @return ends the wait; a task that has begun goes on
     */
    Timer schedule(long delayNanos, Runnable task);

    /** Runs what was handed over, takes no more, and ends. Does not wait. */
    void close();

    /** A wait that can be ended. */
    @FunctionalInterface
    interface Timer {
        /** Ends the wait. */
        void cancel();
    }
}
