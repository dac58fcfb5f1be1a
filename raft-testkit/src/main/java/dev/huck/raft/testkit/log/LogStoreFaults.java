package dev.huck.raft.testkit.log;

import dev.huck.raft.api.spi.LogEntry;
import java.io.IOException;
import java.nio.file.Path;

/** How to hurt a store; given by its author to {@link LogStoreContract#faults}. */
public interface LogStoreFaults {

    /**
     * Flips at least one bit of an entry's record on disk, wherever a copy of it is.
     *
     * @param directory the store's; it is closed
     * @param entry in the log; its payload is long and found nowhere else
     * @throws IOException when it can't be done
     */
    void damage(Path directory, LogEntry entry) throws IOException;
}
