package dev.huck.raft.core.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.api.spi.LogStore;
import dev.huck.raft.api.spi.LogStoreProvider;
import dev.huck.raft.api.spi.Providers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MemoryLogStoreTest {
    private final MemoryLogStore log = new MemoryLogStore();

    @Test
    void newLogIsEmpty() {
        assertEquals(List.of(LogPosition.START, LogPosition.START), List.of(log.base(), log.last()));
    }

    @Test
    void appendedEntriesAreReadInOrder() throws IOException {
        append(1, 3, 1);
        append(4, 5, 2);
        assertEquals(List.of("1@1", "2@1", "3@1", "4@2", "5@2"), read(log, 1));
    }

    @Test
    void entryIsHandedOutAsItWasHandedIn() throws IOException {
        LogEntry entry = new LogEntry(1, 1, new byte[] {7});
        log.append(List.of(entry));
        log.read(1, found -> {
            assertSame(entry, found);
            return true;
        });
    }

    @Test
    void readEndsWhenTheReaderHasEnough() throws IOException {
        append(1, 9, 1);
        assertEquals(1, log.read(4, entry -> false));
    }

    @Test
    void entryThatLeavesAGapIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> append(2, 2, 1));
    }

    @Test
    void entryOfALowerTermIsRefused() throws IOException {
        append(1, 1, 2);
        assertThrows(IllegalArgumentException.class, () -> append(2, 2, 1));
    }

    @Test
    void refusedEntriesChangeNothing() {
        List<LogEntry> gap = List.of(new LogEntry(1, 1, new byte[0]), new LogEntry(3, 1, new byte[0]));
        assertThrows(IllegalArgumentException.class, () -> log.append(gap));
        assertEquals(LogPosition.START, log.last());
    }

    @Test
    void truncatedSuffixIsGone() throws IOException {
        append(1, 5, 1);
        log.truncateSuffix(3);
        assertEquals(List.of("1@1", "2@1"), read(log, 1));
    }

    @Test
    void baseCanNotBeTruncated() throws IOException {
        log.reset(new LogPosition(7, 2));
        assertThrows(IllegalArgumentException.class, () -> log.truncateSuffix(7));
    }

    @Test
    void compactedPrefixLeavesItsLastEntryAsBase() throws IOException {
        append(1, 3, 1);
        append(4, 6, 2);
        log.truncatePrefix(4);
        assertEquals(new LogPosition(4, 2), log.base());
        assertEquals(List.of("5@2", "6@2"), read(log, 5));
    }

    @Test
    void entriesBelowTheBaseAreNotRead() throws IOException {
        append(1, 6, 1);
        log.truncatePrefix(4);
        assertEquals(0, log.read(4, entry -> true));
    }

    @Test
    void prefixBeyondTheEndIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> log.truncatePrefix(1));
    }

    @Test
    void resetLogBeginsBehindItsBase() throws IOException {
        append(1, 3, 1);
        log.reset(new LogPosition(10, 4));
        append(11, 11, 4);
        assertEquals(List.of("11@4"), read(log, 11));
    }

    @Test
    void closedLogTakesNoMore() {
        log.close();
        assertThrows(IOException.class, () -> append(1, 1, 1));
    }

    @Test
    void readerThatIsUnderWaySeesTheLogAsItWasWhenItBegan() throws IOException {
        append(1, 5, 1);
        List<String> seen = new ArrayList<>();
        log.read(1, entry -> {
            seen.add(words(entry));
            if (entry.index() == 1) {
                change(() -> {
                    log.truncateSuffix(3);
                    append(3, 6, 2);
                });
            }
            return true;
        });
        assertEquals(List.of("1@1", "2@1", "3@1", "4@1", "5@1"), seen);
    }

    @Test
    void anyRunOfChangesLeavesWhatASimpleModelHas() throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        TreeMap<Long, String> model = new TreeMap<>();
        for (int i = 0; i < 20_000; i++) {
            long base = log.base().index();
            long last = log.last().index();
            long any = base + random.nextLong(last - base + 1);
            switch (random.nextInt(8)) {
                case 0 -> {
                    log.truncateSuffix(any + 1);
                    model.tailMap(any + 1).clear();
                }
                case 1 -> {
                    log.truncatePrefix(any);
                    model.headMap(any + 1).clear();
                }
                default -> {
                    int count = 1 + random.nextInt(20);
                    long term = log.last().term() + random.nextInt(2);
                    append(last + 1, last + count, term);
                    LongStream.rangeClosed(last + 1, last + count)
                            .forEach(index -> model.put(index, index + "@" + term));
                }
            }
            if (i % 50 == 0) {
                assertEquals(List.copyOf(model.values()), read(log, log.base().index() + 1));
            }
        }
    }

    @Test
    void readersOnOtherThreadsNeverSeeAMixture() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicReference<Throwable> wrong = new AtomicReference<>();
        Thread reader = new Thread(() -> {
            try {
                while (!stop.get()) {
                    checkTermsGrowByIndex();
                }
            } catch (Throwable e) {
                wrong.set(e);
            }
        });
        append(1, 100, 1);
        reader.start();
        for (long term = 2; term < 3_000; term++) {
            log.truncateSuffix(50);
            append(50, 100, term);
        }
        stop.set(true);
        reader.join();
        assertEquals(null, wrong.get());
    }

    /** From 50 on all entries of a view are of one term. */
    private void checkTermsGrowByIndex() {
        long[] term = new long[1];
        log.read(50, entry -> {
            if (term[0] == 0) {
                term[0] = entry.term();
            }
            assertEquals(term[0], entry.term(), () -> "entry " + entry.index());
            return true;
        });
    }

    @Test
    void providerIsFoundByItsName() throws IOException {
        LogStoreProvider provider = Providers.all(LogStoreProvider.class).stream()
                .filter(found -> found.name().equals("memory"))
                .findFirst()
                .orElseThrow();
        assertFalse(provider.isDurable());
        assertFalse(provider.existsIn(Path.of(".")));
        try (LogStore opened = provider.open(Path.of("."), Durability.HIGH)) {
            assertTrue(opened instanceof MemoryLogStore);
        }
    }

    private void append(long from, long to, long term) throws IOException {
        log.append(LongStream.rangeClosed(from, to)
                .mapToObj(index -> new LogEntry(index, term, new byte[0]))
                .toList());
    }

    private static List<String> read(LogStore log, long from) throws IOException {
        List<String> found = new ArrayList<>();
        long count = log.read(from, entry -> found.add(words(entry)));
        assertEquals(found.size(), count);
        return found;
    }

    private static String words(LogEntry entry) {
        return entry.index() + "@" + entry.term();
    }

    private interface LogChange {
        void run() throws IOException;
    }

    private static void change(LogChange change) {
        try {
            change.run();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
