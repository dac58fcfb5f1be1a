package dev.huck.raft.api.spi;

/** The engine as a {@link Transport} sees it. Any thread may call; nothing blocks. */
public interface Gateway {

    /**
     * A client has connected.
     *
     * @param connection the client
     * @return takes its commands
     */
    Session connected(ClientConnection connection);

    /**
     * A frame has arrived from a peer.
     *
     * @param frame as it was sent, if it was not damaged on the way; the engine checks
     */
    void received(byte[] frame);
}
