package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.CommandSpec;
import dev.huck.raft.api.spi.Gateway;
import dev.huck.raft.api.spi.Lane;
import dev.huck.raft.api.spi.Transport;
import java.util.Collection;
import java.util.List;

/** A process's end of the simulated network. Sending is an operation at which the process can die. */
final class SimTransport implements Transport {
    private final SimProcess process;
    private final SimNetwork network;
    private boolean closed;

    SimTransport(SimProcess process, SimNetwork network) {
        this.process = process;
        this.network = network;
    }

    @Override
    public String address() {
        return process.host().address();
    }

    @Override
    public void start(Gateway gateway) {
        process.started(gateway);
    }

    @Override
    public void send(String address, Lane lane, byte[] frame) {
        if (closed) {
            return;
        }
        if (process.gate().enter()) {
            throw process.gate().crash();
        }
        network.send(process, address, frame);
        process.gate().leave();
    }

    @Override
    public Collection<CommandSpec> commands() {
        return List.of();
    }

    @Override
    public void stopClients() {
        process.stopClients();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            process.transportClosed();
        }
    }
}
