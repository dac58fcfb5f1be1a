package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Machine;
import dev.huck.raft.api.Node;
import dev.huck.raft.api.Options;
import dev.huck.raft.core.check.CoreView;
import dev.huck.raft.core.check.NodeView;
import dev.huck.raft.core.consensus.Held;
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
        private final NodeView memory;

        Handle(RaftNode node) {
            this.node = node;
            this.core = new RaftView(node.raft());
            this.memory = node.memory();
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
        public Held held() {
            return node.raft().held();
        }

        @Override
        public Held heldAnew() {
            return node.raft().heldAnew();
        }

        @Override
        public boolean isBroken() {
            return node.isBroken();
        }

        @Override
        public NodeView memory() {
            return memory;
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // nobody waits in a simulation
        public void stop() {
            node.shutdown();
        }
    }
}
