package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.HardState;
import dev.huck.raft.core.consensus.Limits;
import dev.huck.raft.core.memory.MemoryLogStoreProvider;
import dev.huck.raft.core.storage.NodeFile;
import dev.huck.raft.core.storage.NodeRecord;
import dev.huck.raft.core.storage.SnapshotFiles.SnapshotInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootTest {
    @TempDir
    Path directory;

    private static NodeRecord record(long term, long vote, boolean founded) {
        return new NodeRecord(
                7, "n", 9, "host:1", new HardState(term, vote), 1, founded, false, false, "boot", Durability.HIGH);
    }

    private static SnapshotInfo snapshot(long index, long term) {
        return new SnapshotInfo(new LogPosition(index, term), Configuration.EMPTY, 0, 100, "snapshots/x");
    }

    @Test
    void aTermThatOnlyASnapshotKnowsIsTakenUpWithTheVoteFree() throws IOException {
        try (RealDisk disk = new RealDisk(directory);
                NodeFile file = NodeFile.open(disk)) {
            file.write(record(2, 9, true));
            Boot.raiseTerm(record(2, 9, true), file, snapshot(10, 3));
            assertEquals(
                    new HardState(3, 0), Objects.requireNonNull(file.record()).hardState());
        }
    }

    @Test
    void aVoteInTheSnapshotsOwnTermIsKept() throws IOException {
        try (RealDisk disk = new RealDisk(directory);
                NodeFile file = NodeFile.open(disk)) {
            NodeRecord voted = record(3, 9, true);
            assertSame(voted, Boot.raiseTerm(voted, file, snapshot(10, 3)));
        }
    }

    @Test
    void aLogThatIsGoneIsRefusedAndNotFoundedAnew() throws IOException {
        try (RealDisk disk = new RealDisk(directory);
                NodeFile file = NodeFile.open(disk);
                var store = new MemoryLogStoreProvider().open(directory, Durability.HIGH)) {
            HuckException refused = assertThrows(
                    HuckException.StorageFailed.class,
                    () -> Boot.found(record(2, 9, true), Options.builder().build(), file, store, false));
            assertEquals(true, String.valueOf(refused.getMessage()).contains("the log of this node is gone"));
        }
    }

    @Test
    void aLogThatBeginsBehindTheSnapshotIsRefused() throws IOException {
        try (var store = new MemoryLogStoreProvider().open(directory, Durability.HIGH)) {
            store.reset(new LogPosition(20, 2));
            HuckException refused = assertThrows(
                    HuckException.StorageFailed.class,
                    () -> Boot.recover(record(2, 9, true), store, snapshot(10, 2), Limits.DEFAULT));
            assertEquals(true, String.valueOf(refused.getMessage()).contains("the log begins behind 20"));
        }
    }
}
