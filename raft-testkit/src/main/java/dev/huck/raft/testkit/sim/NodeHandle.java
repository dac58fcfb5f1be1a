package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Node;
import dev.huck.raft.testkit.check.CoreView;

/** A running node and a look into its core. */
interface NodeHandle {

    Node node();

    CoreView core();

    /** Begins to stop the node as {@link Node#close} does, without waiting for the end. */
    void stop();
}
