package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Node;
import dev.huck.raft.core.check.CoreView;
import dev.huck.raft.core.check.NodeView;
import dev.huck.raft.core.consensus.Held;

/** A running node and a look into its core. */
interface NodeHandle {

    Node node();

    CoreView core();

    /** What the core holds in memory, as it counts that. */
    Held held();

    /** The same, counted anew. */
    Held heldAnew();

    /** Whether the core broke off in the middle of a turn. */
    boolean isBroken();

    /** What the node holds in memory around its core. */
    NodeView memory();

    /** Begins to stop the node as {@link Node#close} does, without waiting for the end. */
    void stop();
}
