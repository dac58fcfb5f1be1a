package dev.huck.raft.api.spi;

import dev.huck.raft.api.Durability;
import java.io.IOException;
import java.nio.file.Path;

/** Opens log stores of one kind. Found by {@link java.util.ServiceLoader}. */
public interface LogStoreProvider {

    /**
     * The name by which {@link dev.huck.raft.api.Options#backend} chooses it.
     *
     * @return lower case
     */
    String name();

    /**
     * Whether what it stores outlives the process.
     *
     * @return false for a store in memory, which is used only when named
     */
    boolean isDurable();

    /**
     * Whether a store of this kind is in a directory: what is on disk wins over the option.
     *
     * @param directory may not exist
     * @return true if {@link #open} would find a log there
     */
    boolean existsIn(Path directory);

    /**
     * Opens the store in a directory, or makes it.
     *
     * <p><b>Threading.</b> The thread that opens need not be the one that writes. <b>On failure.</b> Nothing on disk is
     * damaged and nothing is left open or locked.
     *
     * @param directory the store's own; made if missing
     * @param durability the level that the engine will keep
     * @return the open store
     * @throws CorruptLogException when a record that had been synced is damaged
     * @throws IOException when it can't be opened, or another process has it open; the message says so
     */
    LogStore open(Path directory, Durability durability) throws IOException;
}
