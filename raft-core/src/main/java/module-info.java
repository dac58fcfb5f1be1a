/** The engine: a pure consensus core in a thin shell. Found by {@link java.util.ServiceLoader}; nothing to compile against. */
@SuppressWarnings("module") // the testkit is compiled after this
@org.jspecify.annotations.NullMarked
module dev.huck.raft.core {
    requires dev.huck.raft.api;
    requires org.slf4j;
    requires static org.jspecify;

    exports dev.huck.raft.core.consensus to
            dev.huck.raft.testkit;
    exports dev.huck.raft.core.env to
            dev.huck.raft.testkit;
    exports dev.huck.raft.core.memory to
            dev.huck.raft.testkit;
    exports dev.huck.raft.core.node to
            dev.huck.raft.testkit;
    exports dev.huck.raft.core.storage to
            dev.huck.raft.testkit;
    exports dev.huck.raft.core.wire to
            dev.huck.raft.testkit;

    // The search of all orders of events reads whole states, whatever fields they have.
    opens dev.huck.raft.core.consensus to
            dev.huck.raft.testkit;

    uses dev.huck.raft.api.spi.LogStoreProvider;
    uses dev.huck.raft.api.spi.TransportProvider;

    provides dev.huck.raft.api.spi.Engine with
            dev.huck.raft.core.node.RaftEngine;
    provides dev.huck.raft.api.spi.LogStoreProvider with
            dev.huck.raft.core.memory.MemoryLogStoreProvider;
}
