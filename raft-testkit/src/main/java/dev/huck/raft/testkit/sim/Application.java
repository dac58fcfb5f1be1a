package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Machine;

/** What a simulated cluster is there for: its machine, its clients, and what they may expect. */
interface Application {
    /** A fresh machine for a process. */
    Machine machine(SimProcess process, MachineTrouble trouble);

    /** Whether the newest machine of a process has seen all that any machine has. */
    boolean isUpToDate(SimProcess process);

    /** The clients begin. */
    void start();

    /** From now on: one last command of each client, which must succeed, then nothing more. */
    void finish();

    /** Whether all clients have had their last answer. */
    boolean isFinished();

    /** One of the clients goes away without waiting for its answers. */
    boolean hangUp(SimRandom random);

    /** Judges the whole, once all is quiet. */
    void judge();

    /**
     * What was answered until now is judged now: some of it may be lost, and with it the order in the log.
     *
     * @return false if the clients could not go on after that
     */
    boolean expectsLoss();

    /** Commands that were answered and took effect. */
    int done();
}
