package dev.huck.raft.testkit.sim;

/**
 * Thrown out of an I/O operation of a node that has just died inside of it. The process is marked dead before this is
 * thrown, so whatever the node's code does on the way out has no effect.
 */
@SuppressWarnings("serial")
final class SimulatedCrash extends Error {
    SimulatedCrash() {
        super("simulated crash", null, false, false);
    }
}
