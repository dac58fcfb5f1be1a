package dev.huck.raft.core.memory;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.spi.LogStore;
import dev.huck.raft.api.spi.LogStoreProvider;
import java.nio.file.Path;

/** Opens logs in memory, each a new and empty one. */
public final class MemoryLogStoreProvider implements LogStoreProvider {

    /** For the service loader. */
    public MemoryLogStoreProvider() {}

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public boolean isDurable() {
        return false;
    }

    @Override
    public boolean existsIn(Path directory) {
        return false;
    }

    @Override
    public LogStore open(Path directory, Durability durability) {
        return new MemoryLogStore();
    }
}
