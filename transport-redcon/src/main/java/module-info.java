/** RESP over Netty: clients and peers on one port. Found by {@link java.util.ServiceLoader}; nothing to compile against. */
@org.jspecify.annotations.NullMarked
module dev.huck.transport.redcon {
    requires dev.huck.raft.api;
    requires io.netty.buffer;
    requires io.netty.common;
    requires io.netty.transport;
    requires org.slf4j;
    requires static org.jspecify;

    provides dev.huck.raft.api.spi.TransportProvider with
            dev.huck.transport.redcon.RedconProvider;
}
