package dev.huck.transport.redcon;

import dev.huck.raft.api.Options;
import dev.huck.raft.api.spi.Transport;
import dev.huck.raft.api.spi.TransportProvider;
import java.io.IOException;

/** Opens the transport "redcon". */
public final class RedconProvider implements TransportProvider {

    /** For {@link java.util.ServiceLoader}. */
    public RedconProvider() {}

    @Override
    public String name() {
        return "redcon";
    }

    @Override
    public Transport open(Options options) throws IOException {
        return RedconTransport.open(options);
    }
}
