package dev.huck.raft.core.node;

import dev.huck.raft.api.Machine;
import dev.huck.raft.api.Node;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.spi.Engine;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The engine {@code raft}: Raft as its dissertation and etcd have it. */
public final class RaftEngine implements Engine {

    /** For {@link java.util.ServiceLoader}. */
    public RaftEngine() {}

    @Override
    public String name() {
        return "raft";
    }

    @Override
    public Node open(Options options, Supplier<? extends Machine> machine) {
        // What a stage throws before there is a node waits for it.
        CompletableFuture<RaftNode> opened = new CompletableFuture<>();
        RealEnvironment environment = new RealEnvironment(options, cause -> deliver(opened, cause));
        try {
            RaftNode node = RaftNode.open(environment, options, machine);
            node.onEnd(environment::close);
            opened.complete(node);
            return node;
        } catch (RuntimeException | Error e) {
            environment.close();
            throw e;
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nothing comes after it
    private static void deliver(CompletableFuture<RaftNode> opened, Throwable cause) {
        opened.thenAccept(node -> node.fail(cause));
    }
}
