package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Machine;
import dev.huck.raft.api.Node;
import dev.huck.raft.api.Options;
import dev.huck.raft.core.check.CoreView;
import dev.huck.raft.core.env.Environment;
import dev.huck.raft.core.node.RaftNode;
import dev.huck.raft.core.node.RaftView;
import java.util.function.Supplier;

/** Opens the real node: the class that the engine opens too. */
final class RaftNodes implements NodeFactory {

    @Override
    public NodeHandle open(Environment environment, Options options, Supplier<? extends Machine> machine) {
        return new Handle(RaftNode.open(environment, options, machine));
    }

    private static final class Handle implements NodeHandle {
        private final RaftNode node;
        private final RaftView core;

        Handle(RaftNode node) {
            this.node = node;
            this.core = new RaftView(node.raft());
        }

        @Override
        public Node node() {
            return node;
        }

        @Override
        public CoreView core() {
            return core;
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // nobody waits in a simulation
        public void stop() {
            node.shutdown();
        }
    }
}
