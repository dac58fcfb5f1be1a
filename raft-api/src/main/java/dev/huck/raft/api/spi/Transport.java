package dev.huck.raft.api.spi;

import dev.huck.raft.api.CommandSpec;
import java.util.Collection;

/**
 * Moves peers' frames, and serves clients on the same port. It knows nothing of consensus: frames are opaque, and it
 * may lose, repeat and reorder them.
 */
public interface Transport extends AutoCloseable {

    /**
     * Where it listens.
     *
     * @return host:port with the real port
     */
    String address();

    /**
     * Begins to accept connections. Until then the port is bound but nobody is served.
     *
     * @param gateway takes connections and frames
     */
    void start(Gateway gateway);

    /**
     * Sends a frame to a peer, connecting if need be.
     *
     * <p><b>Ordering.</b> None is promised; between two live connections frames of one lane usually arrive in order.
     * <b>Threading.</b> Any thread; never blocks. <b>On failure.</b> The frame is lost: when the peer can't be reached,
     * when the lane's queue (bounded in bytes) is full, when the transport is closed. Reconnecting backs off to at most a
     * second and is logged once per outage.
     *
     * @param address host:port of the peer
     * @param lane the frame's lane
     * @param frame the frame; nobody changes it any more
     */
    void send(String address, Lane lane, byte[] frame);

    /**
     * The commands that the transport answers by itself (such as {@code HELLO}), for {@code COMMAND}.
     *
     * @return their descriptions
     */
    Collection<CommandSpec> commands();

    /** Stops accepting clients' connections and reading their commands; replies still leave. */
    void stopClients();

    /** Closes every connection and the port. Idempotent. */
    @Override
    void close();
}
