package dev.huck.transport.redcon;

import dev.huck.raft.api.Options;
import dev.huck.raft.api.spi.Transport;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** A transport on a free port with a {@link FakeEngine} behind it, and the clients that a test has opened. */
final class Served implements AutoCloseable {
    final FakeEngine engine;
    final Transport transport;
    private final Deque<Wire> clients = new ArrayDeque<>();

    Served(Options.Builder options, boolean threaded) throws IOException {
        engine = new FakeEngine(threaded);
        transport = new RedconProvider().open(options.build());
        transport.start(engine);
    }

    Served() throws IOException {
        this(options(), true);
    }

    static Options.Builder options() {
        return Options.builder().address("127.0.0.1:0");
    }

    Wire connect() throws IOException {
        Wire wire = new Wire(transport.address());
        clients.add(wire);
        return wire;
    }

    /** A connection of its own for one exchange. */
    String exchange(String text) throws IOException {
        try (Wire wire = new Wire(transport.address())) {
            return wire.exchange(text);
        }
    }

    @Override
    public void close() throws IOException {
        for (Wire client : clients) {
            client.close();
        }
        transport.close();
        engine.close();
    }
}
