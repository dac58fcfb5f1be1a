package dev.huck.log.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is synced, when, and what a failure ends. */
class DurabilityTest {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    @TempDir
    private Path folder;

    /** Notes what it is asked for, and fails when it is told to. */
    private class TestedDisk implements Disk {
        private final List<String> asked = new ArrayList<>();
        private int failing = Integer.MAX_VALUE;
        private boolean failsOnce;
        private long usable = Long.MAX_VALUE;
        private boolean refusesDeletion;

        private void asked(String what) throws IOException {
            asked.add(what);
            if (asked.size() > failing) {
                if (failsOnce) {
                    failing = Integer.MAX_VALUE;
                }
                throw new IOException("Input/output error");
            }
        }

        @Override
        public void force(Path path, FileChannel file, boolean metadata) throws IOException {
            asked(metadata ? "file and length" : "file");
            Disk.REAL.force(path, file, metadata);
        }

        @Override
        public void syncDirectory(Path directory) throws IOException {
            asked(folder.toRealPath().relativize(directory).toString());
            Disk.REAL.syncDirectory(directory);
        }

        @Override
        public void delete(Path file) throws IOException {
            if (refusesDeletion) {
                throw new IOException("Operation not permitted");
            }
            if (usable != Long.MAX_VALUE) {
                usable += Files.size(file);
            }
            Disk.REAL.delete(file);
        }

        @Override
        public long usableSpace(Path directory) {
            return usable;
        }

        List<String> take() {
            List<String> taken = List.copyOf(asked);
            asked.clear();
            return taken;
        }
    }

    private final TestedDisk disk = new TestedDisk();

    private ChronicleLogStore open(long segmentBytes) throws IOException {
        return ChronicleLogStore.open(folder.resolve("log"), disk, segmentBytes);
    }

    @Test
    void aSegmentIsOnDiskWithItsNamesBeforeAnythingIsWrittenToIt() throws IOException {
        try (ChronicleLogStore store = open(Logs.LARGE)) {
            assertEquals(List.of(), disk.take());
            store.append(Logs.entries(1, 1, 1));
            assertEquals(List.of("log", "file and length", "log/queue-00000000"), disk.take());
        }
    }

    @Test
    void theSegmentBeforeIsOnDiskBeforeTheNextIsBegun() throws IOException {
        try (ChronicleLogStore store = open(Logs.ONE_ENTRY)) {
            store.sync();
            disk.take();
            store.append(Logs.entries(1, 1, 1));
            // Its first record fills a segment so small.
            assertEquals(List.of("file and length", "log/queue-00000000"), disk.take());
            store.append(Logs.entries(2, 2, 1));
            assertEquals(List.of("file", "file and length", "log/queue-00000000"), disk.take());
            store.sync();
            assertEquals(List.of("file"), disk.take());
            store.sync();
            assertEquals(List.of(), disk.take(), "there is nothing new");
        }
    }

    @Test
    void whatIsFoundIsOnDiskBeforeAnythingVouchesForIt() throws IOException {
        List<Change> changes = List.of(
                ChronicleLogStore::sync,
                ChronicleLogStore::shrink,
                store -> store.truncateSuffix(1),
                store -> store.append(Logs.entries(2, 2, 1)));
        for (Change change : changes) {
            try (ChronicleLogStore store = open(Logs.LARGE)) {
                store.append(Logs.entries(1, 1, 1));
            }
            List<Segment> segments = Segment.list(folder.resolve("log"));
            Segment newest = segments.get(segments.size() - 1);
            disk.take();
            try (ChronicleLogStore store = open(Logs.LARGE)) {
                assertEquals(List.of(), disk.take(), "no open vouches for anything");
                assertEquals(newest.number(), Place.segment(mark()));
                change.make(store);
                assertEquals(
                        List.of(
                                "file and length",
                                queue(newest.number()),
                                "log",
                                "file and length",
                                queue(newest.number() + 1)),
                        disk.take().subList(0, 5));
                assertEquals(newest.number() + 1, Place.segment(mark()));
                store.reset(LogPosition.START);
            }
        }
    }

    private String queue(int number) {
        return "log/" + Segment.queue(folder, number).getFileName();
    }

    private interface Change {
        void make(ChronicleLogStore store) throws IOException;
    }

    @Test
    void aSyncThatFailedIsFinal() throws IOException {
        try (ChronicleLogStore store = open(Logs.LARGE)) {
            store.append(Logs.entries(1, 3, 1));
            disk.take();
            disk.failing = 0;
            disk.failsOnce = true;
            IOException failed = assertThrows(IOException.class, store::sync);
            assertTrue(failed.getMessage().contains("Input/output error"), failed::getMessage);
            assertEquals(1, disk.take().size());
            List<org.junit.jupiter.api.function.Executable> changes = List.of(
                    store::sync,
                    store::shrink,
                    () -> store.append(Logs.entries(4, 4, 1)),
                    () -> store.truncateSuffix(2),
                    () -> store.truncatePrefix(2),
                    () -> store.reset(LogPosition.START));
            for (var change : changes) {
                IOException refused = assertThrows(IOException.class, change);
                assertTrue(refused.getMessage().contains(failed.getMessage()), refused::getMessage);
            }
            assertEquals(List.of(), disk.take(), "the disk is not asked again");
            assertEquals(Logs.described(Logs.entries(1, 3, 1)), Logs.read(store));
        }
    }

    @Test
    void aSyncThatFailedIsNotRemembered() throws IOException {
        long before;
        try (ChronicleLogStore store = open(Logs.LARGE)) {
            store.append(Logs.entries(1, 3, 1));
            before = mark();
            disk.failing = 0;
            disk.asked.clear();
            assertThrows(IOException.class, store::sync);
        }
        assertEquals(before, mark());
    }

    private long mark() throws IOException {
        try (SyncedMark mark = SyncedMark.open(folder.resolve("log"))) {
            return mark.place();
        }
    }

    @Test
    void aNewSegmentThatCannotBeSyncedIsFinal() throws IOException {
        for (int failing = 0; failing < 3; failing++) {
            try (ChronicleLogStore store =
                    ChronicleLogStore.open(folder.resolve("log" + failing), disk, Logs.ONE_ENTRY)) {
                store.append(Logs.entries(1, 1, 1));
                disk.asked.clear();
                disk.failing = failing;
                disk.failsOnce = true;
                assertThrows(IOException.class, () -> store.append(Logs.entries(2, 2, 1)));
                assertEquals(1, store.last().index());
                assertThrows(IOException.class, () -> store.append(Logs.entries(2, 2, 1)));
                assertThrows(IOException.class, store::sync);
            }
            try (ChronicleLogStore store =
                    ChronicleLogStore.open(folder.resolve("log" + failing), disk, Logs.ONE_ENTRY)) {
                assertEquals(1, store.last().index());
            }
        }
    }

    @Test
    void whatWasFoundAndCannotBeSyncedFailsTheFirstSyncAndIsLeftAsItWas() throws IOException {
        try (ChronicleLogStore store = open(Logs.LARGE)) {
            store.append(Logs.entries(1, 3, 1));
        }
        for (int failing = 0; failing < 5; failing++) {
            disk.asked.clear();
            disk.failing = failing;
            disk.failsOnce = true;
            try (ChronicleLogStore store = open(Logs.LARGE)) {
                long before = mark();
                IOException failed = assertThrows(IOException.class, store::sync);
                assertTrue(failed.getMessage().contains("Input/output error"), failed::getMessage);
                IOException refused = assertThrows(IOException.class, store::sync, "it is final");
                assertTrue(refused.getMessage().contains(failed.getMessage()), refused::getMessage);
                assertEquals(before, mark());
            }
        }
        disk.failing = Integer.MAX_VALUE;
        try (ChronicleLogStore store = open(Logs.LARGE)) {
            assertEquals(Logs.described(Logs.entries(1, 3, 1)), Logs.read(store));
        }
    }

    @Test
    void aSegmentIsNotBegunOnADiskThatIsAlmostFull() throws IOException {
        try (ChronicleLogStore store = open(Logs.ONE_ENTRY)) {
            store.append(Logs.entries(1, 1, 1));
            disk.usable = 1 << 20;
            IOException full = assertThrows(IOException.class, () -> store.append(Logs.entries(2, 2, 1)));
            assertTrue(full.getMessage().startsWith("disk full: "), full::getMessage);
            disk.usable = Long.MAX_VALUE;
            assertThrows(IOException.class, () -> store.append(Logs.entries(2, 2, 1)));
        }
        disk.usable = 1 << 20;
        assertThrows(IOException.class, () -> open(Logs.LARGE));
    }

    @Test
    void aFullDiskIsRelievedOfDeadSegmentsBeforeTheNextIsBegun() throws IOException {
        try (ChronicleLogStore store = open(Logs.ONE_ENTRY)) {
            store.append(List.of(new LogEntry(1, 1, new byte[9 << 20])));
            store.append(Logs.entries(2, 2, 1));
            store.truncatePrefix(1);
        }
        disk.usable = 0;
        try (ChronicleLogStore store = open(Logs.ONE_ENTRY)) {
            int files = Logs.files(folder).size();
            disk.failing = 0;
            disk.failsOnce = true;
            disk.asked.clear();
            assertThrows(IOException.class, store::sync);
            assertEquals(files, Logs.files(folder).size(), "what makes them dead is not synced");
        }
        try (ChronicleLogStore store = open(Logs.ONE_ENTRY)) {
            store.sync();
            assertEquals(new LogPosition(1, 1), store.base());
            assertEquals(Logs.described(Logs.entries(2, 2, 1)), Logs.read(store));
            store.append(Logs.entries(3, 3, 1));
        }
    }

    @Test
    void shrinkingAFullDiskDeletesFirst() throws IOException {
        try (ChronicleLogStore store = open(Logs.ONE_ENTRY)) {
            store.append(List.of(new LogEntry(1, 1, new byte[9 << 20])));
            store.append(Logs.entries(2, 2, 1));
            store.truncatePrefix(2);
            disk.usable = 0;
            store.shrink();
            assertEquals(1, Logs.files(folder).size());
        }
    }

    @Test
    void aSegmentThatCannotBeDeletedFailsNothingAndIsDeletedLater() throws IOException {
        try (ChronicleLogStore store = open(Logs.ONE_ENTRY)) {
            store.append(Logs.entries(1, 5, 1));
            store.sync();
            int files = Logs.files(folder).size();
            store.truncatePrefix(4);
            disk.refusesDeletion = true;
            store.sync();
            store.shrink();
            assertEquals(files, Logs.files(folder).size());
            disk.refusesDeletion = false;
            store.shrink();
            assertEquals(1, Logs.files(folder).size());
            store.append(Logs.entries(6, 6, 1));
            assertEquals(Logs.described(Logs.entries(5, 6, 1)), Logs.read(store));
        }
    }

    @Test
    void anOpenThatFailsLeavesNoFileOpen() throws IOException {
        assumeTrue(Files.isDirectory(DESCRIPTORS));
        try (ChronicleLogStore store = open(Logs.ONE_ENTRY)) {
            store.append(Logs.entries(1, 5, 1));
        }
        disk.usable = 0;
        assertFailedOpensLeaveNothingOpen();
        disk.usable = Long.MAX_VALUE;
        Logs.find(folder.resolve("log"), Kind.ENTRY, 3).flip(60);
        assertFailedOpensLeaveNothingOpen();
    }

    private void assertFailedOpensLeaveNothingOpen() throws IOException {
        int idle = Segment.idleFiles();
        for (int i = 0; i < 5; i++) {
            assertThrows(IOException.class, () -> open(Logs.ONE_ENTRY));
            // Of this log alone: Chronicle closes its own files some time after it is closed.
            assertEquals(List.of(), openForReading(), "opened " + (i + 1) + " times");
            assertEquals(idle, Segment.idleFiles());
        }
    }

    private List<String> openForReading() throws IOException {
        List<String> open = new ArrayList<>();
        try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
            for (Path descriptor : descriptors.toList()) {
                try {
                    String file = Files.readSymbolicLink(descriptor).toString();
                    String info = Files.readString(
                            DESCRIPTORS.resolveSibling("fdinfo").resolve(descriptor.getFileName()));
                    boolean reads = info.lines().anyMatch(line -> line.matches("flags:.*0"));
                    if (reads && file.startsWith(folder.toRealPath().toString()) && file.contains(".cq4")) {
                        open.add(file);
                    }
                } catch (NoSuchFileException e) {
                    // the one by which they are listed
                }
            }
        }
        return open;
    }

    @Test
    void aRollThatFailsLeavesNoFileOpenOnceTheLogIsClosed() throws IOException {
        int idle = Segment.idleFiles();
        try (ChronicleLogStore store = open(Logs.ONE_ENTRY)) {
            store.append(Logs.entries(1, 1, 1));
            Logs.read(store);
            assertEquals(idle + 1, Segment.idleFiles());
            disk.asked.clear();
            disk.failing = 0;
            assertThrows(IOException.class, () -> store.append(Logs.entries(2, 2, 1)), "the sync before it");
        }
        assertEquals(idle, Segment.idleFiles());
        disk.failing = Integer.MAX_VALUE;
        try (ChronicleLogStore store = open(Logs.ONE_ENTRY)) {
            store.append(Logs.entries(2, 2, 1));
            Logs.read(store);
            store.sync();
            disk.asked.clear();
            disk.failing = 0;
            IOException failed = assertThrows(IOException.class, () -> store.append(Logs.entries(3, 3, 1)));
            assertTrue(failed.getMessage().startsWith("writing " + folder.toRealPath()), failed::getMessage);
        }
        assertEquals(idle, Segment.idleFiles());
    }

    @Test
    void anInterruptThatComesIntoASyncDoesNotHideWhatTheDiskSays() throws IOException {
        boolean[] failing = {false};
        TestedDisk interrupted = new TestedDisk() {
            @Override
            public void forceAgain(Path path, RandomAccessFile file) throws IOException {
                if (failing[0]) {
                    throw new IOException("Input/output error");
                }
                Disk.REAL.forceAgain(path, file);
            }

            @Override
            public void force(Path path, FileChannel file, boolean metadata) throws IOException {
                super.force(path, file, metadata);
                if (!metadata) {
                    file.close();
                    throw new ClosedByInterruptException();
                }
            }
        };
        try (ChronicleLogStore store = ChronicleLogStore.open(folder.resolve("log"), interrupted, Logs.LARGE)) {
            for (int index = 1; index <= 3; index++) {
                store.append(Logs.entries(index, index, 1));
                store.sync();
                assertTrue(Thread.interrupted(), "it is kept for the thread's owner");
            }
            store.append(Logs.entries(4, 4, 1));
            failing[0] = true;
            IOException failed = assertThrows(IOException.class, store::sync);
            assertTrue(failed.getMessage().contains("Input/output error"), failed::getMessage);
            assertTrue(Thread.interrupted(), "it is kept for the thread's owner");
        }
    }

    /** Else a power cut could bring the old end back, and with it the want of what was deleted. */
    @Test
    void segmentsAreDeletedOnlyOnceTheEndThatMovedIsOnDisk() throws IOException {
        int files;
        try (ChronicleLogStore store = open(Logs.ONE_ENTRY)) {
            store.append(Logs.entries(1, 5, 1));
            files = Logs.files(folder).size();
            store.truncatePrefix(4);
            assertEquals(files, Logs.files(folder).size());
            disk.take();
            disk.failing = 0;
            assertThrows(IOException.class, store::sync);
            assertEquals(files, Logs.files(folder).size());
        }
        disk.failing = Integer.MAX_VALUE;
        try (ChronicleLogStore store = open(Logs.ONE_ENTRY)) {
            assertEquals(new LogPosition(4, 1), store.base());
            assertEquals(Logs.described(Logs.entries(5, 5, 1)), Logs.read(store));
            assertEquals(files, Logs.files(folder).size());
            store.sync();
            assertTrue(Files.exists(folder.resolve("log")));
            assertEquals(2, Logs.files(folder).size());
        }
    }
}
