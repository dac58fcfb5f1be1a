package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Machine;
import dev.huck.raft.api.Options;
import dev.huck.raft.core.env.Environment;
import java.util.function.Supplier;

/** Opens the node under test. */
@FunctionalInterface
interface NodeFactory {

    NodeHandle open(Environment environment, Options options, Supplier<? extends Machine> machine);
}
