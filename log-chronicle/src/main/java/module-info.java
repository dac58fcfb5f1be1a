/** A durable log store on Chronicle Queue. Found by {@link java.util.ServiceLoader}; nothing to compile against. */
@org.jspecify.annotations.NullMarked
module dev.huck.log.chronicle {
    requires dev.huck.raft.api;
    requires static org.jspecify;

    // Chronicle's are automatic modules: they can't say what they need, so it is said here.
    requires chronicle.queue;
    requires chronicle.bytes;
    requires chronicle.core;
    requires chronicle.threads;
    requires chronicle.wire;
    requires org.slf4j;
    requires jdk.unsupported;

    provides dev.huck.raft.api.spi.LogStoreProvider with
            dev.huck.log.chronicle.ChronicleLogStoreProvider;
}
