package dev.huck.raft.testkit.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.spi.CorruptLogException;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.api.spi.LogStore;
import dev.huck.raft.api.spi.LogStoreProvider;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/**
 * The contract of {@link LogStore} as tests. Extend it in one class:
 *
 * <pre>{@code
 * class MyLogStoreTest extends LogStoreContract {
 *     @Override
 *     protected LogStoreProvider provider() {
 *         return new MyLogStoreProvider();
 *     }
 * }
 * }</pre>
 *
 * <p>A store that is not durable ({@link LogStoreProvider#isDurable}) is not asked what is left after it was closed. What
 * can't be tested because the author gave no {@link #faults} prints a line that begins with {@code SKIPPED}.
 *
 * <p>Random runs print their seed; {@code -Dhuck.log.seed=…} repeats one.
 */
public abstract class LogStoreContract extends LogStoreChangeContract {
    private static final String SEED = "huck.log.seed";
    private static final int CHANGES = 400;
    private static final int KILLS = 2;

    /** For subclasses. */
    protected LogStoreContract() {}

    @Test
    public void theProviderIsFoundByItsName() {
        List<String> names = ServiceLoader.load(LogStoreProvider.class).stream()
                .map(found -> found.get().name())
                .toList();
        assertTrue(names.contains(provider().name()), () -> provider().name() + " is not among " + names);
    }

    @Test
    public void anyRunOfChangesLeavesWhatItShould() throws IOException {
        for (Durability durability : Durability.values()) {
            runOfChanges(durability, seed("random changes at " + durability));
        }
    }

    private void runOfChanges(Durability durability, long seed) throws IOException {
        Random random = new Random(seed);
        LogContents expected = new LogContents();
        LogStore store = durable() ? reopen(durability) : store();
        store.reset(LogPosition.START);
        for (int i = 0; i < CHANGES; i++) {
            LogChange change = LogChange.random(random, expected);
            change.in(store);
            change.in(expected);
            assertEquals(expected.last(), store.last(), "last after " + change);
            assertEquals(expected.base(), store.base(), "base after " + change);
            if (random.nextInt(20) == 0) {
                assertEquals(expected, LogContents.of(store), "contents after " + change);
                if (durable()) {
                    store = reopen(durability);
                    assertEquals(expected, LogContents.of(store), "contents when reopened after " + change);
                }
            }
        }
        assertEquals(expected, LogContents.of(store), "contents");
    }

    @Test
    public void readersSeeOneHistoryWhileTheLogIsChanged() throws Exception {
        new ConcurrentReads(store(), seed("concurrent reads")).run();
    }

    @Test
    public void aStoreIsFoundOnDiskOnceItWasOpened() {
        if (durable()) {
            assertTrue(provider().existsIn(directory()));
            assertFalse(provider().existsIn(inTemporary("elsewhere")));
        }
    }

    @Test
    public void aTruncatedSuffixStaysGoneAfterReopening() throws IOException {
        if (durable()) {
            store().append(entries(1, 9, 1));
            store().truncateSuffix(7);
            assertHolds(reopen(), LogPosition.START, entries(1, 6, 1));
            store().append(entries(7, 7, 2));
            store().truncateSuffix(7);
            assertHolds(reopen(), LogPosition.START, entries(1, 6, 1));
        }
    }

    @Test
    public void aTruncatedPrefixStaysGoneAfterReopening() throws IOException {
        if (durable()) {
            store().append(entries(1, 2_000, 1));
            store().truncatePrefix(1_990);
            assertHolds(reopen(), new LogPosition(1_990, 1), entries(1_991, 2_000, 1));
            store().truncatePrefix(2_000);
            assertHolds(reopen(), new LogPosition(2_000, 1), List.of());
            store().append(entries(2_001, 2_001, 1));
            assertHolds(reopen(), new LogPosition(2_000, 1), entries(2_001, 2_001, 1));
        }
    }

    @Test
    public void aResetLogIsTheSameAfterReopening() throws IOException {
        if (durable()) {
            store().append(entries(1, 9, 1));
            store().reset(new LogPosition(100, 5));
            assertHolds(reopen(), new LogPosition(100, 5), List.of());
            store().append(entries(101, 102, 6));
            assertHolds(reopen(), new LogPosition(100, 5), entries(101, 102, 6));
        }
    }

    @Test
    public void whatWasSyncedIsThereAfterReopeningAtEveryLevel() throws IOException {
        if (durable()) {
            long next = 1;
            for (Durability durability : Durability.values()) {
                reopen(durability).append(entries(next, next + 9, 1));
                store().sync();
                next += 10;
                assertHolds(reopen(durability), LogPosition.START, entries(1, next - 1, 1));
            }
        }
    }

    @Test
    public void aDirectoryIsOpenedOnceAtATime() throws IOException {
        if (durable()) {
            store().append(entries(1, 3, 1));
            assertThrows(IOException.class, () -> provider().open(directory(), Durability.HIGH));
            store().append(entries(4, 4, 1));
            assertHolds(reopen(), LogPosition.START, entries(1, 4, 1));
        }
    }

    @Test
    public void aDamagedEntryIsReportedByItsIndexAndNeverHandedOver() throws IOException {
        if (!durable()) {
            return;
        }
        Optional<LogStoreFaults> faults = faults();
        if (faults.isEmpty()) {
            skipped("a damaged entry is reported", "its test gives no faults()");
            return;
        }
        List<LogEntry> entries = new ArrayList<>(entries(1, 400, 1));
        byte[] payload = new byte[300];
        new Random(7).nextBytes(payload);
        LogEntry victim = new LogEntry(200, 1, payload);
        entries.set(199, victim);
        store().append(entries);
        store().sync();
        store().close();
        faults.get().damage(directory(), victim);
        List<LogEntry> handedOver = new ArrayList<>();
        CorruptLogException reported = assertThrows(CorruptLogException.class, () -> reopen().read(1, handedOver::add));
        assertEquals(200, reported.index());
        assertTrue(
                String.valueOf(reported.getMessage()).contains(directory().toString()),
                () -> "the file is named: " + reported.getMessage());
        assertEntries(entries.subList(0, handedOver.size()), handedOver);
        assertTrue(handedOver.size() < 200);
    }

    @Test
    public void aKilledProcessLeavesTheStateAfterAPrefixOfItsChanges() throws Exception {
        if (durable()) {
            Random random = new Random(seed("kills"));
            for (Durability durability : Durability.values()) {
                for (int kill = 0; kill < KILLS; kill++) {
                    new KilledWriter(provider(), directory(), durability, jvmOptions(), random.nextLong())
                            .run(this::reopen, this::closeStore, random.nextInt(150), () -> {});
                }
            }
        }
    }

    @Test
    public void aDirectoryThatAnotherProcessHasOpenIsRefusedUntilThatIsDead() throws Exception {
        if (durable()) {
            KilledWriter other = new KilledWriter(provider(), directory(), Durability.HIGH, jvmOptions(), 1);
            other.run(this::reopen, this::closeStore, 1, () -> {
                IOException refused =
                        assertThrows(IOException.class, () -> provider().open(directory(), Durability.HIGH));
                assertTrue(
                        String.valueOf(refused.getMessage())
                                .contains(directory().toString()),
                        () -> "the directory is named: " + refused.getMessage());
            });
        }
    }

    private static long seed(String run) {
        Long chosen = Long.getLong(SEED);
        long seed = chosen == null ? new Random().nextLong() : chosen;
        System.out.println(run + ": seed " + seed + ", repeat with -D" + SEED + "=" + seed);
        return seed;
    }

    private void skipped(String what, String why) {
        System.out.println("SKIPPED " + provider().name() + " " + what + ": " + why);
    }
}
