package dev.huck.raft.api.spi;

import dev.huck.raft.api.Machine;
import dev.huck.raft.api.Node;
import dev.huck.raft.api.Options;
import java.util.function.Supplier;

/**
 * Consensus: what turns machines on several computers into one. Found by {@link java.util.ServiceLoader}.
 *
 * <p>An engine opens the {@link LogStore} and the {@link Transport}, elects, replicates, and calls the {@link Machine};
 * it promises the read and write levels of {@link dev.huck.raft.api.Consistency} and
 * {@link dev.huck.raft.api.Durability}.
 */
public interface Engine {

    /**
     * The name by which {@link Options#engine} chooses it.
     *
     * @return lower case
     */
    String name();

    /**
     * Opens a node.
     *
     * <p><b>Durability.</b> On return the node's identity is on disk. <b>Threading.</b> Called on the application's
     * thread; returns once the node listens and its log is open, before it has found or become a leader. <b>On
     * failure.</b> Everything that was opened is closed again, and nothing on disk is damaged.
     *
     * @param options how
     * @param machine makes a fresh, empty machine
     * @return the running node
     * @throws dev.huck.raft.api.HuckException when it can't start; the message says what to change
     */
    Node open(Options options, Supplier<? extends Machine> machine);
}
