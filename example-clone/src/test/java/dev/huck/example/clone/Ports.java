package dev.huck.example.clone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports for processes that are to be stopped and started again on the same one. */
public final class Ports {
    private static final int FIRST = 15_000;
    private static final int LAST = 32_000;

    private Ports() {}

    /**
     * A port on which the kernel lets us listen at this moment, below the range from which it takes the ports of outgoing
     * connections: from that range, a client could take the port of a node that is down for a while.
     */
    public static int free() {
        for (int tries = 0; tries < 1_000; tries++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            try (ServerSocket socket = new ServerSocket()) {
                socket.setReuseAddress(false);
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (IOException e) {
                // Taken: try another.
            }
        }
        throw new UncheckedIOException(new IOException("no free port from " + FIRST + " to " + LAST));
    }
}
