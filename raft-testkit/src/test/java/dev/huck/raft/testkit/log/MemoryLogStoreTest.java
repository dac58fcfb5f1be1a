package dev.huck.raft.testkit.log;

import dev.huck.raft.api.spi.LogStoreProvider;
import dev.huck.raft.core.memory.MemoryLogStoreProvider;

/** The contract is one that a store in memory keeps too. */
class MemoryLogStoreTest extends LogStoreContract {

    @Override
    protected LogStoreProvider provider() {
        return new MemoryLogStoreProvider();
    }
}
