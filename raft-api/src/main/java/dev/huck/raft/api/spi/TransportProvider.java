package dev.huck.raft.api.spi;

import dev.huck.raft.api.Options;
import java.io.IOException;

/** Opens transports of one kind. Found by {@link java.util.ServiceLoader}. */
public interface TransportProvider {

    /**
     * The name by which {@link Options#transport} chooses it.
     *
     * @return lower case
     */
    String name();

    /**
     * Binds the port.
     *
     * @param options address and limits
     * @return the transport, not yet {@linkplain Transport#start started}
     * @throws IOException when the port can't be bound; the message names the address and says why
     */
    Transport open(Options options) throws IOException;
}
