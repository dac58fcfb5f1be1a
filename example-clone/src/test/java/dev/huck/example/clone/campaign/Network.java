package dev.huck.example.clone.campaign;

import dev.huck.example.clone.ClusterProcesses.Place;
import dev.huck.example.clone.ClusterProcesses.Places;
import dev.huck.example.clone.NodeProcess;
import dev.huck.example.clone.Ports;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** What lies between the nodes. */
interface Network extends Places, AutoCloseable {
    /** Whether it can be cut; where it can't, {@link #cut} is not to be called. */
    boolean canBeCut();

    /** From now on nothing that one of these sends to one of those arrives, nor the other way, and nobody is told. */
    void cut(Set<NodeProcess> these, Set<NodeProcess> those) throws Exception;

    /** Everybody reaches everybody. */
    void heal() throws Exception;

    @Override
    void close() throws IOException;

    /** All nodes on this machine's loopback interface. */
    static Network loopback() {
        return new Network() {
            @Override
            public Place next() {
                return new Place("127.0.0.1", Ports.free(), List.of());
            }

            @Override
            public boolean canBeCut() {
                return false;
            }

            @Override
            public void cut(Set<NodeProcess> these, Set<NodeProcess> those) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void heal() {}

            @Override
            public void close() {}
        };
    }
}
