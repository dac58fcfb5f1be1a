package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.NodeEvent;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.spi.CorruptLogException;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.api.spi.LogStore;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Entries;
import dev.huck.raft.core.consensus.HardState;
import dev.huck.raft.core.consensus.Limits;
import dev.huck.raft.core.consensus.Loss;
import dev.huck.raft.core.env.Disk;
import dev.huck.raft.core.memory.MemoryLogStore;
import dev.huck.raft.core.memory.MemoryLogStoreProvider;
import dev.huck.raft.core.storage.Incarnation;
import dev.huck.raft.core.storage.NodeFile;
import dev.huck.raft.core.storage.NodeRecord;
import dev.huck.raft.core.storage.SnapshotFiles.SnapshotInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootTest {
    @TempDir
    Path directory;

    private static NodeRecord record(long term, long vote, boolean founded) {
        return new NodeRecord(
                7,
                "n",
                9,
                "host:1",
                new HardState(term, vote),
                new Incarnation(1, 2),
                true,
                founded,
                false,
                Loss.NONE,
                NodeRecord.ALL,
                "boot",
                Durability.HIGH,
                Map.of(17L, new Incarnation(1, 1)));
    }

    private static SnapshotInfo snapshot(long index, long term) {
        return new SnapshotInfo(new LogPosition(index, term), Configuration.EMPTY, 0, 100, "snapshots/x", 0);
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

    /** What a node that left this record behind takes itself for, when it is started in a run of the system. */
    private static NodeRecord start(NodeRecord before, String boot, int entries) throws IOException {
        return start(before, boot, entries, Options.builder().build());
    }

    private static NodeRecord start(NodeRecord before, String boot, int entries, Options options) throws IOException {
        NodeWorld world = new NodeWorld(store -> store);
        world.boot = boot;
        try (NodeFile file = NodeFile.open(world.disk());
                var store = world.openLog(Durability.HIGH)) {
            for (int i = 1; i <= entries; i++) {
                store.append(List.of(new LogEntry(i, 1, Entries.noop(i))));
            }
            Boot.identify(world, options, file, before, store, "host:1");
            return Objects.requireNonNull(file.record());
        }
    }

    private static NodeRecord ran(Durability durability, boolean clean) {
        return record(2, 9, true).withLastDurability(durability).withClean(clean);
    }

    @Test
    void whoMayHaveForgottenIsDecidedByTheLastRun() throws IOException {
        for (Durability level : List.of(Durability.MEDIUM, Durability.LOW)) {
            assertEquals(Loss.NONE, start(ran(level, false), "boot", 1).loss(), "killed");
            assertEquals(Loss.POWER, start(ran(level, false), "another", 1).loss(), "power cut");
            assertEquals(Loss.POWER, start(ran(level, false), "", 1).loss(), "cannot tell");
            assertEquals(
                    Loss.POWER, start(ran(level, false).withBootId(""), "", 1).loss(), "could never tell");
            assertEquals(Loss.NONE, start(ran(level, true), "another", 1).loss(), "stopped cleanly");
        }
        assertEquals(Loss.NONE, start(ran(Durability.HIGH, false), "another", 1).loss(), "all was synced");
        NodeRecord newcomer = ran(Durability.LOW, false).withFounded(false);
        assertEquals(Loss.NONE, start(newcomer, "another", 0).loss(), "never acknowledged anything");
    }

    @Test
    void whatThePowerMayHaveTakenGoesByTheLevelOfTheLastRunAndNotByTheOptionOfThisOne() throws IOException {
        for (Durability option : Durability.values()) {
            Options options = Options.builder().durability(option).build();
            NodeRecord medium = start(ran(Durability.MEDIUM, false), "another", 1, options);
            assertEquals(Loss.POWER, medium.loss(), "started at " + option);
            assertEquals(Durability.MEDIUM, medium.lastDurability());
            NodeRecord high = start(ran(Durability.HIGH, false), "another", 1, options);
            assertEquals(Loss.NONE, high.loss(), "started at " + option);
            assertEquals(Durability.HIGH, high.lastDurability());
        }
    }

    @Test
    void theMarkAndTheRunOfTheSystemBeforeItOutliveFurtherStarts() throws IOException {
        NodeRecord marked = start(ran(Durability.MEDIUM, false), "second", 1);
        assertEquals("boot", marked.bootId());
        NodeRecord again = start(marked.withClean(true), "second", 1);
        assertEquals(Loss.POWER, again.loss());
        assertEquals("boot", again.bootId());
        assertEquals("second", start(ran(Durability.MEDIUM, true), "second", 1).bootId());
    }

    @Test
    void aLogThatIsGoneIsCorruptionAndNeverFoundedAnew() throws IOException {
        NodeRecord before = ran(Durability.HIGH, true);
        NodeRecord marked = start(before, "boot", 0);
        assertEquals(Loss.CORRUPTION, marked.loss());
        assertEquals(
                Loss.CORRUPTION, start(marked.withLoss(Loss.POWER), "boot", 0).loss());
        assertEquals(Loss.CORRUPTION, start(marked, "another", 1).loss(), "worse than a power cut");
        try (RealDisk disk = new RealDisk(directory);
                NodeFile file = NodeFile.open(disk);
                var store = new MemoryLogStoreProvider().open(directory, Durability.HIGH)) {
            Boot.found(marked, Options.builder().build(), file, store, false);
            assertEquals(LogPosition.START, store.last());
        }
    }

    /** What is left of a log of five entries, the first two of them compacted. */
    private static LogPosition left(long trusted) throws IOException {
        MemoryLogStore store = log(5);
        store.truncatePrefix(2);
        NodeWorld world = world(record(2, 9, true).withTrusted(trusted), () -> store);
        try (NodeFile file = NodeFile.open(world.disk())) {
            StartingLog log = StartingLog.open(world, file, Durability.HIGH);
            Boot.dropUntrusted(log.record(), file, log);
            assertEquals(NodeRecord.ALL, log.record().trusted());
            return store.last();
        }
    }

    @Test
    void whatMayNotBeOnDiskAfterAWriteThatFailedIsDroppedOnce() throws IOException {
        assertEquals(new LogPosition(5, 1), left(NodeRecord.ALL));
        assertEquals(new LogPosition(5, 1), left(5));
        assertEquals(new LogPosition(4, 1), left(4));
        assertEquals(new LogPosition(2, 1), left(2));
        assertEquals(new LogPosition(2, 1), left(0));
    }

    /** A world whose node has run, and that opens these logs next. */
    private static NodeWorld world(NodeRecord before, NodeWorld.Opening... logs) throws IOException {
        NodeWorld world = new NodeWorld(store -> store);
        try (NodeFile file = NodeFile.open(world.disk())) {
            file.write(before);
        }
        world.logs.addAll(List.of(logs));
        return world;
    }

    private static StartingLog open(NodeWorld world) throws IOException {
        return StartingLog.open(world, NodeFile.open(world.disk()), Durability.HIGH);
    }

    private static MemoryLogStore log(int entries) throws IOException {
        MemoryLogStore store = new MemoryLogStore();
        for (int i = 1; i <= entries; i++) {
            store.append(List.of(new LogEntry(i, 1, Entries.noop(i))));
        }
        return store;
    }

    /** Reads as far as the damage. */
    private static LogStore damaged(MemoryLogStore store, long at) {
        return new Spoiled(store) {
            @Override
            public long read(long from, Predicate<LogEntry> sink) throws IOException {
                super.read(from, entry -> entry.index() < at && sink.test(entry));
                throw new CorruptLogException("log: entry " + at + ": checksum", at);
            }
        };
    }

    @Test
    void aDamagedRecordIsCorruptionAndTheLogIsSetAsideAfterTheMark() throws IOException {
        NodeWorld world = world(ran(Durability.HIGH, true), () -> damaged(log(9), 5), MemoryLogStore::new);
        StartingLog log = open(world);
        Boot.recover(log, null, Limits.DEFAULT);
        assertEquals(List.of(Loss.CORRUPTION), world.setAside);
        assertEquals(Loss.CORRUPTION, log.record().loss());
        assertEquals(LogPosition.START, log.store().last());
        assertEquals(new NodeEvent.LogSetAside("log.bad", "log: entry 5: checksum"), log.setAside());
    }

    @Test
    void theDamagedLogOfANodeThatKnowsNobodyIsARefusalAndStaysAsItIs() throws IOException {
        NodeRecord alone = ran(Durability.HIGH, true).withSeen(Map.of());
        NodeWorld world = world(alone, () -> damaged(log(9), 5), MemoryLogStore::new);
        StartingLog log = open(world);
        HuckException refused =
                assertThrows(HuckException.StorageFailed.class, () -> Boot.recover(log, null, Limits.DEFAULT));
        assertTrue(String.valueOf(refused.getMessage()).contains("Restore the directory"), refused.getMessage());
        assertEquals(List.of(), world.setAside);
        assertEquals(alone, log.record());
    }

    @Test
    void aSyncThatFailsInAStartIsRememberedAndTheNextOneWritesTheLogAnew() throws IOException {
        List<String> done = new ArrayList<>();
        LogStore store = new Spoiled(log(5)) {
            private int syncs;

            @Override
            public void append(List<LogEntry> entries) throws IOException {
                done.add("append " + entries.size());
                super.append(entries);
            }

            @Override
            public void sync() throws IOException {
                done.add("sync");
                if (++syncs == 1) {
                    throw new IOException("planned");
                }
                super.sync();
            }
        };
        NodeWorld world = world(ran(Durability.HIGH, false), () -> store, () -> store);
        StartingLog first = open(world);
        assertThrows(IOException.class, () -> Boot.recover(first, null, Limits.DEFAULT));
        assertEquals(NodeRecord.NOTHING, first.record().trusted());
        assertEquals(Loss.POWER, first.record().loss());
        try (NodeFile file = NodeFile.open(world.disk())) {
            StartingLog second = StartingLog.open(world, file, Durability.HIGH);
            Boot.dropUntrusted(second.record(), file, second);
            assertEquals(List.of("sync", "append 5", "sync"), done);
            assertEquals(new LogPosition(5, 1), second.store().last());
            assertEquals(NodeRecord.ALL, second.record().trusted());
            assertEquals(Loss.POWER, second.record().loss());
        }
    }

    @Test
    void aLogThatCannotBeOpenedForDamageIsCorruption() throws IOException {
        NodeWorld world = world(ran(Durability.LOW, true), BootTest::cutOff, MemoryLogStore::new);
        StartingLog log = open(world);
        assertEquals(List.of(Loss.CORRUPTION), world.setAside);
        assertEquals(Loss.CORRUPTION, log.record().loss());
        assertEquals(LogPosition.START, log.store().last());
    }

    private static LogStore cutOff() throws IOException {
        throw new CorruptLogException("log: was cut off", 0);
    }

    @Test
    void aDamagedLogOfWhichTheEndIsToBeDroppedIsSetAside() throws IOException {
        NodeWorld world = world(
                record(2, 9, true).withTrusted(4),
                () -> new Spoiled(log(9)) {
                    @Override
                    public void truncateSuffix(long from) throws IOException {
                        throw new CorruptLogException("log: entry 4: checksum", 4);
                    }
                },
                MemoryLogStore::new);
        try (NodeFile file = NodeFile.open(world.disk())) {
            StartingLog log = StartingLog.open(world, file, Durability.HIGH);
            NodeRecord left = Boot.dropUntrusted(log.record(), file, log);
            assertEquals(Loss.CORRUPTION, left.loss());
            assertEquals(NodeRecord.ALL, left.trusted());
            assertEquals(left, file.record());
            assertEquals(LogPosition.START, log.store().last());
        }
    }

    @Test
    void aLogOfWhichLessCanBeReadThanItSaysIsDamaged() throws IOException {
        NodeWorld world = world(
                ran(Durability.HIGH, true),
                () -> new Spoiled(log(9)) {
                    @Override
                    public long read(long from, Predicate<LogEntry> sink) throws IOException {
                        return super.read(from, entry -> sink.test(entry) && entry.index() < 7);
                    }
                },
                MemoryLogStore::new);
        StartingLog log = open(world);
        Boot.recover(log, null, Limits.DEFAULT);
        assertEquals(Loss.CORRUPTION, log.record().loss());
    }

    @Test
    void aStartThatIsCutShortIsRepeatedWhateverItHasDoneByThen() throws IOException {
        NodeWorld world = world(ran(Durability.HIGH, true));
        // Before the log went: the next one finds it again.
        world.logs.add(() -> damaged(log(9), 5));
        world.setAsideFails = true;
        StartingLog first = open(world);
        assertThrows(IOException.class, () -> Boot.recover(first, null, Limits.DEFAULT));
        assertEquals(Loss.CORRUPTION, first.record().loss());
        world.setAsideFails = false;
        // When it had gone, before there was another.
        world.logs.addAll(List.of(() -> damaged(log(9), 5), BootTest::inUse));
        StartingLog second = open(world);
        assertThrows(IOException.class, () -> Boot.recover(second, null, Limits.DEFAULT));
        assertEquals(List.of(Loss.CORRUPTION), world.setAside);
        // And when there was.
        world.logs.add(MemoryLogStore::new);
        StartingLog third = open(world);
        Boot.recover(third, snapshot(10, 2), Limits.DEFAULT);
        assertEquals(new LogPosition(10, 2), third.store().last());
        assertEquals(Loss.CORRUPTION, third.record().loss());
        assertEquals(1, world.setAside.size());
    }

    private static LogStore inUse() throws IOException {
        throw new IOException("log: in use");
    }

    @Test
    void anErrorThatIsNoDamageIsARefusalAndChangesNothing() throws IOException {
        NodeWorld world = world(ran(Durability.HIGH, true), () -> {
            throw new IOException("log: Input/output error");
        });
        IOException refused = assertThrows(IOException.class, () -> open(world));
        assertEquals("log: Input/output error", refused.getMessage());
        assertEquals(List.of(), world.setAside);
        try (NodeFile file = NodeFile.open(world.disk())) {
            assertEquals(Loss.NONE, Objects.requireNonNull(file.record()).loss());
        }
    }

    @Test
    void aLogThatIsDamagedRightAfterItWasMadeIsARefusal() throws IOException {
        NodeWorld world = world(ran(Durability.HIGH, true), BootTest::cutOff, () -> damaged(log(0), 1));
        StartingLog log = open(world);
        assertThrows(CorruptLogException.class, () -> Boot.recover(log, null, Limits.DEFAULT));
        assertEquals(1, world.setAside.size());
    }

    @Test
    void aDamagedLogWithoutANodeFileIsARefusal() {
        NodeWorld world = new NodeWorld(store -> store);
        world.logs.add(BootTest::cutOff);
        assertThrows(CorruptLogException.class, () -> open(world));
        assertEquals(List.of(), world.setAside);
    }

    @Test
    void aNodeThatWasNeverFoundedForgetsNothingWithADamagedLog() throws IOException {
        NodeWorld world = world(ran(Durability.HIGH, false).withFounded(false), BootTest::cutOff, MemoryLogStore::new);
        assertEquals(Loss.NONE, open(world).record().loss());
    }

    @Test
    void aLogThatBeginsBehindTheSnapshotIsSetAsideAndTheSnapshotUsed() throws IOException {
        MemoryLogStore behind = new MemoryLogStore();
        behind.reset(new LogPosition(20, 2));
        NodeWorld world = world(ran(Durability.HIGH, true), () -> behind, MemoryLogStore::new);
        StartingLog log = open(world);
        Boot.recover(log, snapshot(10, 2), Limits.DEFAULT);
        assertEquals(List.of(Loss.CORRUPTION), world.setAside);
        assertEquals(new LogPosition(10, 2), log.store().base());
        assertEquals(
                "the log begins behind 20 but the newest readable snapshot covers only 10",
                Objects.requireNonNull(log.setAside()).damage());
    }

    @Test
    void aDamagedNodeFileIsARefusalThatSaysWhatToDo() throws IOException {
        NodeWorld world = world(ran(Durability.HIGH, true));
        try (Disk.File file = world.disk().open("node")) {
            file.write(0, new byte[(int) file.length()], 0, (int) file.length());
        }
        HuckException refused = assertThrows(HuckException.StorageFailed.class, world::open);
        assertTrue(String.valueOf(refused.getMessage()).contains("--readmit"), refused.getMessage());
    }
}
