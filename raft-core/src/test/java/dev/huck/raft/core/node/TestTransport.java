package dev.huck.raft.core.node;

import dev.huck.raft.api.CommandSpec;
import dev.huck.raft.api.spi.Gateway;
import dev.huck.raft.api.spi.Lane;
import dev.huck.raft.api.spi.Transport;
import java.util.Collection;
import java.util.List;
import java.util.function.BiConsumer;

/** Gives each frame to the test at once, with the address that it is for. */
final class TestTransport implements Transport {
    private final BiConsumer<String, byte[]> sent;

    /** Loses everything. */
    TestTransport() {
        this((address, frame) -> {});
    }

    TestTransport(BiConsumer<String, byte[]> sent) {
        this.sent = sent;
    }

    @Override
    public String address() {
        return "127.0.0.1:7481";
    }

    @Override
    public void start(Gateway gateway) {}

    @Override
    public void send(String address, Lane lane, byte[] frame) {
        sent.accept(address, frame);
    }

    @Override
    public Collection<CommandSpec> commands() {
        return List.of();
    }

    @Override
    public void stopClients() {}

    @Override
    public void close() {}
}
