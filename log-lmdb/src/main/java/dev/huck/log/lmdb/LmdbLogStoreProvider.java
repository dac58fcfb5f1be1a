package dev.huck.log.lmdb;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.spi.LogStore;
import dev.huck.raft.api.spi.LogStoreProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens logs on LMDB; the default store. */
public final class LmdbLogStoreProvider implements LogStoreProvider {
    /** For {@link java.util.ServiceLoader}. */
    public LmdbLogStoreProvider() {}

    @Override
    public String name() {
        return "lmdb";
    }

    @Override
    public boolean isDurable() {
        return true;
    }

    @Override
    public boolean existsIn(Path directory) {
        // Either: a log whose data is gone is to be reported, not made anew.
        return Files.exists(directory.resolve(LmdbEnvironment.DATA_FILE))
                || Files.exists(directory.resolve(Extent.FILE));
    }

    @Override
    public LogStore open(Path directory, Durability durability) throws IOException {
        return LmdbLogStore.open(directory, durability, LmdbEnvironment.MAP_SIZE);
    }
}
