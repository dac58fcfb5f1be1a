package dev.huck.log.lmdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.spi.LogDirectory;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.api.spi.LogStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lmdbjava.Env;

/** What is this store's own: the map, pending deletion, natives, failures. */
class LmdbLogStoreTest {
    private static final long SMALL_MAP = 256 << 10;

    @TempDir
    private Path directory;

    @Test
    void theMapGrowsWhenItIsFull() throws IOException {
        try (LogStore store = open(SMALL_MAP)) {
            for (int i = 1; i <= 500; i++) {
                store.append(entries(i, i, 20_000));
            }
            assertEquals(500, store.read(1, entry -> entry.payload().length == 20_000));
        }
        try (LogStore store = open(SMALL_MAP)) {
            assertEquals(500, store.read(1, entry -> true));
        }
    }

    @Test
    void aReadThatIsUnderWayHoldsUpNeitherChangesNorTheGrowingOfTheMap() throws IOException {
        try (LogStore store = open(SMALL_MAP)) {
            store.append(entries(1, 400, 10));
            long count = store.read(1, entry -> append(store, 20_000));
            assertTrue(count >= 400, () -> "read " + count);
        }
    }

    @Test
    void aReadThatBeganBeforeATruncationEndsInFrontOfIt() throws IOException {
        try (LogStore store = open(LmdbEnvironment.MAP_SIZE)) {
            store.append(entries(1, 1000, 10));
            List<Long> read = new ArrayList<>();
            store.read(1, entry -> {
                if (entry.index() == 200) {
                    replaceSuffix(store, 100);
                }
                return read.add(entry.index());
            });
            assertEquals(273, read.size(), "the batches that had been copied, and no more: 1 + 16 + 256");
        }
    }

    @Test
    void aReadThatBeganBeforeATruncationFurtherOnGoesOnToTheNewEnd() throws IOException {
        try (LogStore store = open(LmdbEnvironment.MAP_SIZE)) {
            store.append(entries(1, 1000, 10));
            List<Long> read = new ArrayList<>();
            store.read(1, entry -> {
                if (entry.index() == 200) {
                    replaceSuffix(store, 900);
                }
                return read.add(entry.index());
            });
            assertEquals(900, read.size());
        }
    }

    @Test
    void recordsBelowTheBaseAreDeletedByLaterAppends() throws IOException {
        try (LogStore store = open(LmdbEnvironment.MAP_SIZE)) {
            store.append(entries(1, 3000, 10));
            store.truncatePrefix(2900);
        }
        assertEquals(3000, records());
        try (LogStore store = open(LmdbEnvironment.MAP_SIZE)) {
            assertEquals(new LogPosition(2900, 1), store.base());
            assertEquals(0, store.read(2900, entry -> true));
            store.append(entries(3001, 3001, 10));
        }
        assertEquals(3001 - 512, records());
        try (LogStore store = open(LmdbEnvironment.MAP_SIZE)) {
            for (int i = 3002; i <= 3010; i++) {
                store.append(entries(i, i, 10));
            }
            assertEquals(110, store.read(2901, entry -> true));
        }
        assertEquals(110, records());
    }

    @Test
    void shrinkingDeletesTheRecordsBelowTheBase() throws IOException {
        try (LogStore store = open(LmdbEnvironment.MAP_SIZE)) {
            store.append(entries(1, 25_000, 10));
            store.truncatePrefix(24_999);
            store.shrink();
        }
        assertEquals(1, records());
    }

    @Test
    void resettingDeletesTheRecordsBelowTheOldBaseToo() throws IOException {
        try (LogStore store = open(LmdbEnvironment.MAP_SIZE)) {
            store.append(entries(1, 3000, 10));
            store.truncatePrefix(2900);
            store.reset(new LogPosition(7, 1));
        }
        assertEquals(0, records());
    }

    @Test
    void hundredsOfThousandsOfEntriesAreTruncatedAtOnce() throws IOException {
        try (LogStore store = open(LmdbEnvironment.MAP_SIZE)) {
            store.append(entries(1, 300_000, 200));
            store.truncateSuffix(2);
            assertEquals(1, store.read(1, entry -> true));
        }
        assertEquals(1, records());
    }

    @Test
    void theFileDoesNotGrowWhileAsMuchIsDroppedAsIsAdded() throws IOException {
        try (LogStore store = open(LmdbEnvironment.MAP_SIZE)) {
            long size = 0;
            for (int round = 0; round < 40; round++) {
                store.append(entries(round * 1000 + 1, round * 1000 + 1000, 100));
                store.truncatePrefix(round * 1000 + 500);
                if (round == 10) {
                    size = store.sizeInBytes();
                }
            }
            long grown = store.sizeInBytes();
            assertTrue(grown <= size * 1.3, "from " + size + " to " + grown);
        }
    }

    @Test
    void aFailedChangeIsFinalAndEveryLaterOneIsRefusedWithItsCause() throws IOException {
        LmdbEnvironment environment = LmdbEnvironment.open(directory, Durability.HIGH, LmdbEnvironment.MAP_SIZE);
        LogDirectory lock = LogDirectory.lock(directory.toRealPath());
        try (LogStore store = LmdbLogStore.open(lock, environment, Durability.HIGH)) {
            store.append(entries(1, 3, 10));
            environment.close();
            IOException first = assertThrows(IOException.class, () -> store.append(entries(4, 4, 10)));
            for (Change change : List.<Change>of(
                    () -> store.append(entries(4, 4, 10)),
                    () -> store.truncateSuffix(3),
                    () -> store.truncatePrefix(1),
                    () -> store.reset(LogPosition.START),
                    store::sync,
                    store::shrink)) {
                IOException later = assertThrows(IOException.class, change::make);
                assertSame(first, later.getCause());
            }
            assertEquals(new LogPosition(3, 1), store.last());
        }
    }

    @Test
    void whatWasFoundIsSyncedByTheFirstSyncWhoseFailureIsFinal() throws IOException {
        for (Durability durability : Durability.values()) {
            LmdbEnvironment environment = LmdbEnvironment.open(directory, durability, LmdbEnvironment.MAP_SIZE);
            LogDirectory lock = LogDirectory.lock(directory.toRealPath());
            try (LogStore store = LmdbLogStore.open(lock, environment, durability)) {
                environment.close(); // so that a sync fails, if there is one
                IOException first = assertThrows(IOException.class, store::sync, durability::name);
                IOException later = assertThrows(IOException.class, store::sync);
                assertSame(first, later.getCause());
            }
        }
    }

    @Test
    void aRefusedArgumentIsNoFailure() throws IOException {
        try (LogStore store = open(LmdbEnvironment.MAP_SIZE)) {
            assertThrows(IllegalArgumentException.class, () -> store.append(entries(2, 2, 10)));
            store.append(entries(1, 1, 10));
        }
    }

    @Test
    void theNativeLibraryIsUnpackedOnceIntoTheStore() throws IOException {
        try (LogStore store = open(LmdbEnvironment.MAP_SIZE)) {
            store.append(entries(1, 1, 10));
        }
        List<String> before = files();
        try (LogStore store = open(LmdbEnvironment.MAP_SIZE)) {
            store.append(entries(2, 2, 10));
        }
        assertEquals(before, files());
    }

    @Test
    void aNativeLibraryThatWasHalfWrittenIsReplaced() throws IOException {
        String name = Natives.libraryName(System.getProperty("os.name"), System.getProperty("os.arch"));
        Path library = directory.resolve("liblmdb-" + name);
        Files.writeString(library, "half");
        Natives.unpack(library, "whole".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertEquals("whole", Files.readString(library));
        assertEquals(List.of(library.getFileName().toString()), files());
    }

    @Test
    void noPackageOfTheJdkIsOpenedForIt() {
        assertTrue(LmdbLogStore.class.getModule().isNamed(), "this test runs on the module path");
        Module jdk = Object.class.getModule();
        for (Module module : List.of(LmdbLogStore.class.getModule(), Env.class.getModule())) {
            for (String name : List.of("java.nio", "sun.nio.ch", "java.lang", "jdk.internal.misc")) {
                assertFalse(jdk.isOpen(name, module), () -> name + " is open to " + module);
            }
        }
    }

    private interface Change {
        void make() throws IOException;
    }

    private LogStore open(long mapSize) throws IOException {
        return LmdbLogStore.open(directory, Durability.MEDIUM, mapSize);
    }

    /** Records on disk, those that wait for their deletion included. */
    private long records() throws IOException {
        try (LmdbEnvironment environment =
                LmdbEnvironment.open(directory, Durability.MEDIUM, LmdbEnvironment.MAP_SIZE)) {
            return environment.read(transaction -> environment.entries().stat(transaction).entries);
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** What is killed while it makes a log leaves a directory of which it is known whose it is. */
    @Test
    void aDirectoryHoldsALogFromItsFirstFileOn() throws IOException {
        Path made = directory.resolve("made");
        Files.createDirectories(made.resolve(LogDirectory.LOCK)); // which can't be locked
        LmdbLogStoreProvider provider = new LmdbLogStoreProvider();
        assertThrows(IOException.class, () -> provider.open(made, Durability.HIGH));
        assertTrue(provider.existsIn(made));
        Files.delete(made.resolve(LogDirectory.LOCK));
        provider.open(made, Durability.HIGH).close();
    }

    private static boolean append(LogStore store, int payload) {
        try {
            long next = store.last().index() + 1;
            if (next <= 800) {
                store.append(entries(next, next, payload));
            }
            return true;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void replaceSuffix(LogStore store, long from) {
        try {
            store.truncateSuffix(from + 1);
            store.truncateSuffix(from);
            store.append(List.of(new LogEntry(from, 2, new byte[1])));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<LogEntry> entries(long from, long to, int payload) {
        return LongStream.rangeClosed(from, to)
                .mapToObj(index -> new LogEntry(index, 1, new byte[payload]))
                .toList();
    }
}
