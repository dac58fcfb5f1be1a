package dev.huck.raft.testkit.sim;

/** What goes wrong in an application, other than what its commands always do. */
interface MachineTrouble {
    /** Nothing. */
    MachineTrouble NONE = () -> {};

    /** A command is half done: takes time, or throws an {@link Error}, which is no result of the command. */
    void halfDone();
}
