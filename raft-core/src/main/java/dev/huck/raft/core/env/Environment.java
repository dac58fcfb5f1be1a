package dev.huck.raft.core.env;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.spi.CorruptLogException;
import dev.huck.raft.api.spi.LogStore;
import dev.huck.raft.api.spi.Transport;
import dev.huck.raft.core.consensus.Limits;
import java.io.IOException;
import java.util.random.RandomGenerator;

/**
 * The world around a node: everything in it that could differ between two runs. In production threads, clocks, files and
 * sockets; in the simulator one thread and virtual time.
 */
public interface Environment {

    /** @return monotonic time in nanoseconds, of no particular origin */
    long nanoTime();

    /** @return the wall clock in nanoseconds since the epoch */
    long wallNanos();

    /** @return what identifies this run of the operating system; empty if it can't be read */
    String bootId();

    /** @return randomness for ids, seeds and election timeouts; used by the opening thread and the loop stage only */
    RandomGenerator random();

    /**
     * The node's bounds, as far as options do not set them. Small ones make common what is rare in production: an append in
     * several messages, entries that must be read back from the log, a snapshot in many pieces.
     *
     * @return the bounds
     */
    default Limits limits() {
        return Limits.DEFAULT;
    }

    /**
     * How much memory there is for one purpose of which a user has said how much it may take. Asked once for each purpose
     * when a node opens: clients' commands under way, their proposals in the core, commands half received, and replies on
     * their way out.
     *
     * @param wanted bytes
     * @return bytes, {@code wanted} at most
     */
    default long memoryBudget(long wanted) {
        return wanted;
    }

    /**
     * Makes a stage.
     *
     * @param name for people: {@code loop}, {@code log}, {@code machine}, {@code files}
     * @return the stage
     */
    Stage stage(String name);

    /** @return the node's directory */
    Disk disk();

    /**
     * Opens the log store.
     *
     * @param durability the level to keep
     * @return the store
     * @throws CorruptLogException when it is damaged; what is there stays as it is
     * @throws IOException when it can't be opened
     */
    LogStore openLog(Durability durability) throws IOException;

    /**
     * Keeps a damaged log under another name, so that {@link #openLog} makes a new one. No store may be open. Durable on
     * return; only the last such log is kept, and the last of those that came after another.
     *
     * @param again whether one is kept already that must stay
     * @return where it is now, for people
     * @throws IOException when it can't be done
     */
    String setLogAside(boolean again) throws IOException;

    /**
     * Whether the log that {@link #openLog} opened ends with the process. Then each start is that of a new node: an old
     * identity without its log could vote twice.
     *
     * @return true for a log in memory
     */
    default boolean forgetsLog() {
        return false;
    }

    /**
     * Binds the transport.
     *
     * @return the transport, not started
     * @throws IOException when the port can't be bound
     */
    Transport openTransport() throws IOException;
}
