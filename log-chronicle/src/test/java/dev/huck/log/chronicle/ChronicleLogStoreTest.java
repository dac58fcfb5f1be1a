package dev.huck.log.chronicle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.spi.LogDirectory;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is this store's own: segments, threads, large entries, space. */
class ChronicleLogStoreTest {
    @TempDir
    private Path directory;

    @Test
    void threadsMayTakeTurnsAsTheWriter() throws Exception {
        try (ChronicleLogStore store = Logs.open(directory)) {
            for (int index = 1; index <= 5; index++) {
                long next = index;
                inAThread(() -> store.append(Logs.entries(next, next, 1)));
                inAThread(store::sync);
            }
            inAThread(() -> store.truncateSuffix(5));
            inAThread(() -> store.truncatePrefix(1));
            inAThread(store::shrink);
            assertEquals(Logs.described(Logs.entries(2, 4, 1)), Logs.read(store));
            inAThread(store::close);
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private static void inAThread(Step step) throws Exception {
        List<Throwable> thrown = new ArrayList<>();
        Thread thread = new Thread(() -> {
            try {
                step.run();
            } catch (Throwable e) {
                thrown.add(e);
            }
        });
        thread.start();
        thread.join();
        assertEquals(List.of(), thrown);
    }

    @Test
    void compactionDeletesFilesAndWhatIsLeftSurvives() throws IOException {
        try (ChronicleLogStore store = ChronicleLogStore.open(directory, Disk.REAL, Logs.ONE_ENTRY)) {
            for (int index = 1; index <= 20; index++) {
                store.append(Logs.entries(index, index, index));
            }
            assertEquals(21, Logs.files(directory).size());
            store.truncatePrefix(15);
            store.shrink();
            assertEquals(5, Logs.files(directory).size(), "16 to 20; the new base is written behind 20");
        }
        try (ChronicleLogStore store = Logs.open(directory)) {
            assertEquals(new LogPosition(15, 15), store.base());
            assertEquals(new LogPosition(20, 20), store.last());
            assertEquals(5, store.read(16, entry -> true));
            store.append(Logs.entries(21, 22, 21));
        }
        try (ChronicleLogStore store = Logs.open(directory)) {
            assertEquals(7, store.read(16, entry -> true));
        }
        List<Integer> numbers =
                Segment.list(directory).stream().map(Segment::number).toList();
        assertEquals(numbers.size(), Set.copyOf(numbers).size(), "each segment has a number of its own: " + numbers);
    }

    @Test
    void aSyncDeletesAFewFilesAtATime() throws IOException {
        try (ChronicleLogStore store = ChronicleLogStore.open(directory, Disk.REAL, Logs.ONE_ENTRY)) {
            store.append(Logs.entries(1, 9, 1));
            store.truncatePrefix(8);
            int files = Logs.files(directory).size();
            store.sync();
            assertEquals(files - 2, Logs.files(directory).size());
            store.sync();
            assertEquals(files - 4, Logs.files(directory).size());
        }
    }

    @Test
    void aLogThatIsEmptyShrinksToNothing() throws IOException {
        try (ChronicleLogStore store = Logs.open(directory)) {
            byte[] payload = new byte[100_000];
            for (int index = 1; index <= 100; index++) {
                store.append(List.of(new LogEntry(index, 1, payload)));
            }
            assertTrue(store.sizeInBytes() > 10_000_000);
            store.truncatePrefix(100);
            store.shrink();
            assertTrue(store.sizeInBytes() < 200_000, () -> store.sizeInBytes() + " bytes");
            assertEquals(1, Logs.files(directory).size());
            store.append(Logs.entries(101, 102, 1));
        }
        try (ChronicleLogStore store = Logs.open(directory)) {
            assertEquals(new LogPosition(100, 1), store.base());
            assertEquals(Logs.described(Logs.entries(101, 102, 1)), Logs.read(store));
        }
    }

    @Test
    void entriesOfEverySizeAreKept() throws IOException {
        int part = QueueWriter.MAX_PAYLOAD;
        int[] sizes = {0, 1, 2, 3, 4, 5, part - 1, part, part + 1, 2 * part, 2 * part + 1, 40 << 20, 7};
        List<LogEntry> entries = new ArrayList<>();
        for (int size : sizes) {
            byte[] payload = new byte[size];
            new Random(size).nextBytes(payload);
            entries.add(new LogEntry(entries.size() + 1, 1, payload));
        }
        try (ChronicleLogStore store = Logs.open(directory)) {
            store.append(entries);
            assertEntries(entries, store);
        }
        try (ChronicleLogStore store = Logs.open(directory)) {
            assertEntries(entries, store);
            store.truncateSuffix(12);
            store.append(Logs.entries(12, 13, 2));
            assertEquals(2, store.read(12, entry -> true));
        }
    }

    private static void assertEntries(List<LogEntry> expected, ChronicleLogStore store) throws IOException {
        for (int i = 0; i < expected.size(); i++) {
            List<LogEntry> found = new ArrayList<>();
            store.read(i + 1, entry -> {
                found.add(entry);
                return false;
            });
            assertEquals(i + 1, found.get(0).index());
            assertArrayEquals(expected.get(i).payload(), found.get(0).payload());
        }
        assertEquals(expected.size(), store.read(1, entry -> true));
    }

    @Test
    void aReadGoesOnUndisturbedWhileTheLogIsCompactedAndItsFilesAreDeleted() throws IOException {
        try (ChronicleLogStore store = ChronicleLogStore.open(directory, Disk.REAL, Logs.ONE_ENTRY)) {
            store.append(Logs.entries(1, 9, 1));
            List<Long> read = new ArrayList<>();
            store.read(1, entry -> {
                read.add(entry.index());
                if (entry.index() == 3) {
                    compact(store, 6);
                }
                return true;
            });
            assertEquals(List.of(1L, 2L, 3L), read, "the next one's file is gone");
            assertEquals(3, store.read(7, entry -> true));
        }
    }

    private static void compact(ChronicleLogStore store, long through) {
        try {
            store.truncatePrefix(through);
            store.shrink();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aReadHandsOverOneHistoryThoughTheLogIsTruncatedMeanwhile() throws IOException {
        try (ChronicleLogStore store = Logs.open(directory)) {
            store.append(Logs.entries(1, 9, 1));
            List<String> read = new ArrayList<>();
            store.read(1, entry -> {
                read.add(entry.index() + "@" + entry.term());
                if (entry.index() == 3) {
                    replaceFrom(store, 5);
                }
                return true;
            });
            assertEquals(List.of("1@1", "2@1", "3@1", "4@1", "5@1", "6@1", "7@1", "8@1", "9@1"), read);
            assertEquals(new LogPosition(9, 2), store.last());
        }
    }

    private static void replaceFrom(ChronicleLogStore store, long from) {
        try {
            store.truncateSuffix(from);
            store.append(Logs.entries(from, 9, 2));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Memory is for runs of entries, none of which is shorter than tens of kilobytes unless the log was changed there. */
    @Test
    @Timeout(120)
    void aMillionEntriesAreAFewThousandRuns() throws IOException {
        try (ChronicleLogStore store = Logs.open(directory)) {
            for (int from = 1; from < 1_000_000; from += 10_000) {
                List<LogEntry> entries = new ArrayList<>();
                for (int index = from; index < from + 10_000; index++) {
                    entries.add(new LogEntry(index, 1, new byte[20]));
                }
                store.append(entries);
            }
            assertTrue(
                    store.view().runs().size() < 2_000,
                    () -> store.view().runs().size() + " runs");
            // And no read has far to go to its first entry.
            assertTrue(
                    store.view().runs().size() > 1_000,
                    () -> store.view().runs().size() + " runs");
        }
        try (ChronicleLogStore store = Logs.open(directory)) {
            assertTrue(
                    store.view().runs().size() < 2_000,
                    () -> store.view().runs().size() + " runs");
            assertEquals(1_000_000, store.read(1, entry -> true));
        }
    }

    @Test
    void aClosedLogIsNotRead() throws IOException {
        ChronicleLogStore store = Logs.open(directory);
        store.append(Logs.entries(1, 3, 1));
        store.close();
        assertThrows(IOException.class, () -> store.read(1, entry -> true));
    }

    @Test
    void aDirectoryOfSomethingElseIsNoLog() throws IOException {
        Files.writeString(directory.resolve("data.mdb"), "x");
        assertFalse(new ChronicleLogStoreProvider().existsIn(directory));
        assertFalse(new ChronicleLogStoreProvider().existsIn(directory.resolve("missing")));
    }

    /** What is killed while it makes a log leaves a directory of which it is known whose it is. */
    @Test
    void aDirectoryHoldsALogFromItsFirstFileOn() throws IOException {
        Files.createDirectory(directory.resolve(LogDirectory.LOCK)); // which can't be locked
        assertThrows(IOException.class, () -> Logs.open(directory));
        assertTrue(new ChronicleLogStoreProvider().existsIn(directory));
    }
}
