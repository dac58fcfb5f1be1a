package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Machine;
import dev.huck.raft.api.Node;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Loss;
import dev.huck.raft.core.consensus.Raft;
import dev.huck.raft.core.env.Environment;
import dev.huck.raft.core.node.RaftNode;
import dev.huck.raft.testkit.check.CoreView;
import java.util.function.Supplier;

/** Opens the real node: the class that the engine opens too. */
final class RaftNodes implements NodeFactory {

    @Override
    public NodeHandle open(Environment environment, Options options, Supplier<? extends Machine> machine) {
        return new Handle(RaftNode.open(environment, options, machine));
    }

    private static final class Handle implements NodeHandle {
        private final RaftNode node;
        private final View core;

        Handle(RaftNode node) {
            this.node = node;
            this.core = new View(node.raft());
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

    private record View(Raft raft) implements CoreView {
        @Override
        public long storeId() {
            return raft.storeId();
        }

        @Override
        public Role role() {
            return raft.role();
        }

        @Override
        public long term() {
            return raft.term();
        }

        @Override
        public long vote() {
            return raft.vote();
        }

        @Override
        public long commitIndex() {
            return raft.commitIndex();
        }

        @Override
        public LogPosition last() {
            return raft.last();
        }

        @Override
        public LogPosition base() {
            return raft.base();
        }

        @Override
        public boolean isRecovering() {
            return raft.loss() != Loss.NONE;
        }

        @Override
        public Configuration configuration() {
            return raft.configuration();
        }

        @Override
        public long termAt(long index) {
            return raft.termAt(index);
        }
    }
}
