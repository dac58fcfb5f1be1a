/**
 * The programming model of Huck (package {@code dev.huck.raft.api}) and the four interfaces behind which its parts are
 * chosen (package {@code dev.huck.raft.api.spi}).
 */
@org.jspecify.annotations.NullMarked
module dev.huck.raft.api {
    requires static org.jspecify;
    requires org.slf4j;

    exports dev.huck.raft.api;
    exports dev.huck.raft.api.spi;

    uses dev.huck.raft.api.spi.Engine;
    uses dev.huck.raft.api.spi.LogStoreProvider;
    uses dev.huck.raft.api.spi.TransportProvider;
}
