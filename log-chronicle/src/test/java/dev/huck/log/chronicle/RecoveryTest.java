package dev.huck.log.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.log.chronicle.Logs.Found;
import dev.huck.raft.api.spi.CorruptLogException;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What dead processes and power cuts leave is opened at once, and nothing of it is lost or comes back. */
class RecoveryTest {
    @TempDir
    private Path folder;

    private Path directory;

    @BeforeEach
    void writeALog() throws IOException {
        directory = folder.resolve("log");
        try (ChronicleLogStore store = Logs.open(directory)) {
            store.append(Logs.entries(1, 9, 1));
            store.sync();
        }
    }

    /** Killed while Chronicle makes a segment. A queue of Chronicle's waits for the dead to finish it. */
    @Test
    @Timeout(60)
    void aHalfMadeSegmentIsRemoved() throws IOException {
        byte[][] left = {{}, new byte[100_000], {0, 0, 0, (byte) 0x80}, {40, 0, 0, (byte) 0xC0, 1, 2, 3}};
        for (byte[] content : left) {
            Path queue = Segment.queue(directory, 77);
            Path file = Segment.file(queue, 77);
            Files.createDirectories(queue);
            Files.write(file, content);
            try (ChronicleLogStore store = Logs.open(directory)) {
                assertEquals(Logs.described(Logs.entries(1, 9, 1)), Logs.read(store));
                store.sync();
                assertFalse(Files.exists(file));
                assertFalse(Files.exists(queue));
            }
            Segment.list(directory).stream()
                    .filter(segment -> segment.number() > 0)
                    .forEach(this::delete);
            Files.delete(directory.resolve(SyncedMark.FILE));
        }
    }

    private void delete(Segment segment) {
        try {
            segment.delete(Disk.REAL);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Killed with Chronicle's lock held, by a process whose number this one has. */
    @Test
    @Timeout(60)
    void whatChronicleLeavesBesideSegmentsIsNeverUsedAgain() throws IOException {
        Path queue = Segment.queue(directory, 1);
        Files.createDirectories(queue);
        Files.write(queue.resolve("metadata.cq4t"), new byte[131_072]);
        Files.write(Segment.queue(directory, 0).resolve("metadata.cq4t"), new byte[131_072]);
        try (ChronicleLogStore store = Logs.open(directory)) {
            store.append(Logs.entries(10, 12, 1));
            assertFalse(Files.exists(queue));
        }
        try (ChronicleLogStore store = Logs.open(directory)) {
            assertEquals(12, store.last().index());
        }
    }

    @Test
    void aLogThatIsOpenedOverAndOverDoesNotGrow() throws IOException {
        for (int i = 0; i < 10; i++) {
            openAndSync();
            Logs.open(directory).close();
        }
        assertEquals(2, Logs.files(directory).size());
        try (Stream<Path> queues = Files.list(directory)) {
            assertEquals(5, queues.count(), "the lock, the mark and three queues, of which the newest is empty");
        }
        try (ChronicleLogStore store = Logs.open(directory)) {
            assertEquals(Logs.described(Logs.entries(1, 9, 1)), Logs.read(store));
        }
    }

    @Test
    void aSegmentThatWasLeftTakesNoMoreSpaceThanItNeeds() throws IOException {
        openAndSync();
        long end = Logs.find(directory, Kind.ENTRY, 9).offset();
        assertTrue(Files.size(Logs.files(directory).get(0)) < end + 200);
    }

    /** A truncation that was written and whose sync failed: the next open says it again, and syncs that. */
    @Test
    void aTruncationThatAPowerCutTakesIsStillThereOnceTheLogWasOpenedAgain() throws IOException {
        writeAnother();
        try (ChronicleLogStore store = Logs.open(directory)) {
            store.append(Logs.entries(1, 9, 1));
            store.truncateSuffix(5);
        }
        openAndSync();
        Logs.find(directory, Kind.BOUNDS, 4).cut();
        try (ChronicleLogStore store = Logs.open(directory)) {
            assertEquals(Logs.described(Logs.entries(1, 4, 1)), Logs.read(store));
        }
    }

    @Test
    void aResetThatAPowerCutTakesIsStillThereOnceTheLogWasOpenedAgain() throws IOException {
        writeAnother();
        try (ChronicleLogStore store = Logs.open(directory)) {
            store.append(Logs.entries(1, 9, 1));
            store.reset(new LogPosition(5, 2));
        }
        Found reset = Logs.find(directory, Kind.BOUNDS, 5);
        Path file = reset.file();
        byte[] old = Arrays.copyOf(Files.readAllBytes(file), (int) reset.offset());
        openAndSync();
        // Nor was it deleted by then.
        assertFalse(Files.exists(file));
        Files.createDirectories(Segment.queue(directory, 0));
        Files.write(file, old);
        try (ChronicleLogStore store = Logs.open(directory)) {
            assertEquals(new LogPosition(5, 2), store.base());
            assertEquals(new LogPosition(5, 2), store.last());
        }
    }

    /** What a failed sync left in memory only is gone after a power cut. The engine had written it anew by then. */
    @Test
    void entriesThatAPowerCutTakesMayHaveBeenWrittenAnewBefore() throws IOException {
        writeAnother();
        try (ChronicleLogStore store = Logs.open(directory)) {
            store.append(Logs.entries(1, 9, 1));
            store.truncateSuffix(5);
            store.append(Logs.entries(5, 7, 2));
        }
        try (ChronicleLogStore store = Logs.open(directory)) {
            store.truncateSuffix(5);
            store.append(Logs.entries(5, 6, 2));
            store.sync();
        }
        cutAtTheFirst(Kind.BOUNDS);
        try (ChronicleLogStore store = Logs.open(directory)) {
            assertEquals(new LogPosition(6, 2), store.last());
            assertEquals(6, store.read(1, entry -> true));
        }
    }

    /** The same, but nobody wrote them anew: they are missing, and older ones do not take their place. */
    @Test
    void olderEntriesDoNotComeBackInThePlaceOfLostOnes() throws IOException {
        writeAnother();
        try (ChronicleLogStore store = Logs.open(directory)) {
            store.append(Logs.entries(1, 9, 1));
            store.truncateSuffix(5);
            store.append(Logs.entries(5, 7, 2));
        }
        openAndSync();
        cutAtTheFirst(Kind.BOUNDS);
        CorruptLogException reported = assertThrows(CorruptLogException.class, () -> Logs.open(directory));
        assertEquals(7, reported.index());
    }

    private void openAndSync() throws IOException {
        try (ChronicleLogStore store = Logs.open(directory)) {
            store.sync();
        }
    }

    /** In which one segment holds all that is written before it is closed. */
    private void writeAnother() {
        directory = folder.resolve("another");
    }

    private void cutAtTheFirst(Kind kind) throws IOException {
        for (Segment segment : Segment.list(directory)) {
            try (SegmentReader reader = new SegmentReader(segment)) {
                for (RecordHeader header = reader.next(); header != null; header = reader.next()) {
                    if (header.kind() == kind) {
                        new Found(segment.file(), reader.offset()).cut();
                        return;
                    }
                }
            }
        }
        throw new AssertionError("no " + kind);
    }

    @Test
    void anEntryInPartsIsThereWhenItsLastPartIs() throws IOException {
        byte[] large = new byte[2 * QueueWriter.MAX_PAYLOAD + 5];
        try (ChronicleLogStore store = Logs.open(directory)) {
            store.append(List.of(new LogEntry(10, 1, large)));
        }
        Found last = Logs.find(directory, Kind.ENTRY, 10);
        byte[] end = Files.readAllBytes(last.file());
        last.cut();
        try (ChronicleLogStore store = Logs.open(directory)) {
            assertEquals(Logs.described(Logs.entries(1, 9, 1)), Logs.read(store));
            store.append(Logs.entries(10, 10, 2));
        }
        assertTrue(end.length > large.length);
        try (ChronicleLogStore store = Logs.open(directory)) {
            assertEquals(new LogPosition(10, 2), store.last());
        }
    }

    /** No older version writes it, and no newer one may be taken for damage: what is not ours is left alone. */
    @Test
    void filesOfOthersAreLeftAlone() throws IOException {
        Path own = Segment.queue(directory, 0).resolve("notes.txt");
        Files.writeString(own, "mine", StandardOpenOption.CREATE);
        Files.createDirectories(directory.resolve("queue-of-mine"));
        try (ChronicleLogStore store = Logs.open(directory)) {
            store.truncatePrefix(9);
            store.sync();
        }
        Logs.open(directory).close();
        assertTrue(Files.exists(own));
        assertTrue(Files.exists(directory.resolve("queue-of-mine")));
    }
}
