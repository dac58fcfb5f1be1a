package dev.huck.raft.testkit.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The part of {@link LogStoreContract} that holds for every store, durable or not: changes and what is read after them. */
public abstract class LogStoreChangeContract extends LogStoreFixture {
    /** For subclasses. */
    protected LogStoreChangeContract() {}

    @Test
    public void aNewLogIsEmpty() throws IOException {
        assertHolds(store(), LogPosition.START, List.of());
    }

    @Test
    public void whatIsAppendedIsReadInOrder() throws IOException {
        store().append(entries(1, 3, 1));
        store().append(entries(4, 700, 2));
        List<LogEntry> expected = new ArrayList<>(entries(1, 3, 1));
        expected.addAll(entries(4, 700, 2));
        assertHolds(store(), LogPosition.START, expected);
    }

    @Test
    public void aReadBeginsAtTheIndexAskedFor() throws IOException {
        store().append(entries(1, 600, 1));
        assertEntries(entries(300, 600, 1), read(store(), 300));
        assertEntries(entries(600, 600, 1), read(store(), 600));
    }

    @Test
    public void aReadOutsideTheLogHandsOverNothing() throws IOException {
        store().append(entries(1, 9, 1));
        store().truncatePrefix(4);
        for (long outside : new long[] {-1, 0, 1, 4, 10, 11, Long.MAX_VALUE}) {
            assertEntries(List.of(), read(store(), outside));
        }
    }

    @Test
    public void aReadStopsWhenTheSinkSaysSo() throws IOException {
        store().append(entries(1, 600, 1));
        for (int wanted : new int[] {1, 2, 17, 300, 600}) {
            List<LogEntry> taken = new ArrayList<>();
            long count = store().read(1, entry -> {
                taken.add(entry);
                return taken.size() < wanted;
            });
            assertEquals(wanted, count);
            assertEntries(entries(1, wanted, 1), taken);
        }
    }

    @Test
    public void whatTheSinkThrowsReachesTheCaller() throws IOException {
        store().append(entries(1, 3, 1));
        RuntimeException thrown = new IllegalStateException("the sink's");
        RuntimeException caught = assertThrows(RuntimeException.class, () -> store().read(1, entry -> {
            throw thrown;
        }));
        assertSame(thrown, caught);
        store().append(entries(4, 4, 1));
        assertHolds(store(), LogPosition.START, entries(1, 4, 1));
    }

    @Test
    public void aSinkMayUseTheStore() throws IOException {
        store().append(entries(1, 40, 1));
        List<LogEntry> again = new ArrayList<>();
        store().read(1, entry -> {
            try {
                return store().read(entry.index(), one -> {
                            again.add(one);
                            return false;
                        })
                        == 1;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertEntries(entries(1, 40, 1), again);
    }

    @Test
    public void entriesThatDoNotFollowAreRefusedAndChangeNothing() throws IOException {
        store().append(entries(1, 3, 2));
        List<List<LogEntry>> refused = List.of(
                List.of(),
                entries(5, 6, 2),
                entries(3, 4, 2),
                entries(1, 1, 2),
                List.of(entry(4, 2), entry(6, 2)),
                List.of(entry(4, 2), entry(4, 2)),
                entries(4, 4, 1),
                List.of(entry(4, 3), entry(5, 2)));
        for (List<LogEntry> entries : refused) {
            assertThrows(IllegalArgumentException.class, () -> store().append(entries), () -> "appending " + entries);
            assertHolds(store(), LogPosition.START, entries(1, 3, 2));
        }
        store().append(entries(4, 4, 2));
        assertHolds(store(), LogPosition.START, entries(1, 4, 2));
    }

    @Test
    public void truncatingTheSuffixDropsEntriesFromTheEnd() throws IOException {
        store().append(entries(1, 9, 1));
        store().truncateSuffix(7);
        assertHolds(store(), LogPosition.START, entries(1, 6, 1));
        store().truncateSuffix(6);
        assertHolds(store(), LogPosition.START, entries(1, 5, 1));
        store().truncateSuffix(1);
        assertHolds(store(), LogPosition.START, List.of());
    }

    @Test
    public void otherEntriesMayTakeThePlaceOfTruncatedOnes() throws IOException {
        store().append(entries(1, 9, 1));
        store().truncateSuffix(4);
        store().append(entries(4, 6, 3));
        List<LogEntry> expected = new ArrayList<>(entries(1, 3, 1));
        expected.addAll(entries(4, 6, 3));
        assertHolds(store(), LogPosition.START, expected);
    }

    @Test
    public void afterTheSuffixIsTruncatedTheLastTermIsThatOfTheEntryThatIsLeft() throws IOException {
        store().append(List.of(entry(1, 1), entry(2, 4), entry(3, 7)));
        store().truncateSuffix(3);
        assertEquals(new LogPosition(2, 4), store().last());
        store().append(List.of(entry(3, 5)));
        assertEquals(new LogPosition(3, 5), store().last());
    }

    @Test
    public void truncatingTheSuffixBeyondTheEndChangesNothing() throws IOException {
        store().append(entries(1, 3, 1));
        store().truncateSuffix(4);
        store().truncateSuffix(100);
        assertHolds(store(), LogPosition.START, entries(1, 3, 1));
    }

    @Test
    public void truncatingTheSuffixAtTheBaseIsRefusedAndChangesNothing() throws IOException {
        store().append(entries(1, 9, 1));
        store().truncatePrefix(5);
        for (long from : new long[] {5, 4, 1, 0, -1}) {
            assertThrows(IllegalArgumentException.class, () -> store().truncateSuffix(from), () -> "from " + from);
        }
        assertHolds(store(), new LogPosition(5, 1), entries(6, 9, 1));
    }

    @Test
    public void truncatingThePrefixMovesTheBaseAndLeavesTheRest() throws IOException {
        store().append(entries(1, 5, 1));
        store().append(entries(6, 9, 2));
        store().truncatePrefix(3);
        assertEquals(new LogPosition(3, 1), store().base());
        assertEntries(List.of(), read(store(), 3));
        store().truncatePrefix(7);
        assertHolds(store(), new LogPosition(7, 2), entries(8, 9, 2));
    }

    @Test
    public void truncatingTheWholePrefixLeavesAnEmptyLogThatGoesOn() throws IOException {
        store().append(entries(1, 9, 3));
        store().truncatePrefix(9);
        assertHolds(store(), new LogPosition(9, 3), List.of());
        store().append(entries(10, 12, 3));
        assertHolds(store(), new LogPosition(9, 3), entries(10, 12, 3));
    }

    @Test
    public void truncatingThePrefixAtOrBelowTheBaseChangesNothing() throws IOException {
        store().append(entries(1, 9, 1));
        store().truncatePrefix(5);
        for (long through : new long[] {5, 4, 0, -1}) {
            store().truncatePrefix(through);
        }
        assertHolds(store(), new LogPosition(5, 1), entries(6, 9, 1));
    }

    @Test
    public void truncatingThePrefixBeyondTheEndIsRefusedAndChangesNothing() throws IOException {
        store().append(entries(1, 3, 1));
        assertThrows(IllegalArgumentException.class, () -> store().truncatePrefix(4));
        assertHolds(store(), LogPosition.START, entries(1, 3, 1));
    }

    @Test
    public void truncatingBothEndsLeavesTheMiddle() throws IOException {
        store().append(entries(1, 900, 1));
        store().truncatePrefix(400);
        store().truncateSuffix(501);
        assertHolds(store(), new LogPosition(400, 1), entries(401, 500, 1));
        store().truncateSuffix(401);
        assertHolds(store(), new LogPosition(400, 1), List.of());
    }

    @Test
    public void resetForgetsEverythingAndGoesOnBehindTheNewBase() throws IOException {
        store().append(entries(1, 9, 1));
        store().reset(new LogPosition(100, 5));
        assertHolds(store(), new LogPosition(100, 5), List.of());
        store().append(entries(101, 103, 5));
        assertHolds(store(), new LogPosition(100, 5), entries(101, 103, 5));
    }

    @Test
    public void resetMayGoBack() throws IOException {
        store().append(entries(1, 9, 1));
        store().truncatePrefix(4);
        store().reset(new LogPosition(6, 2));
        store().append(entries(7, 8, 2));
        assertHolds(store(), new LogPosition(6, 2), entries(7, 8, 2));
        store().reset(LogPosition.START);
        assertHolds(store(), LogPosition.START, List.of());
    }

    @Test
    public void anEntryOfSeveralMebibytesIsKept() throws IOException {
        byte[] payload = new byte[9 * 1024 * 1024 + 17];
        new Random(1).nextBytes(payload);
        store().append(List.of(entry(1, 1), new LogEntry(2, 1, payload), entry(3, 1)));
        List<LogEntry> found = read(store(), 1);
        assertEquals(3, found.size());
        assertArrayEquals(payload, found.get(1).payload());
        assertEntries(List.of(entry(3, 1)), found.subList(2, 3));
    }

    @Test
    public void anEmptyPayloadIsKept() throws IOException {
        LogEntry empty = new LogEntry(1, 1, new byte[0]);
        store().append(List.of(empty, entry(2, 1)));
        assertHolds(store(), LogPosition.START, List.of(empty, entry(2, 1)));
    }

    @Test
    public void manySmallEntriesAreKept() throws IOException {
        for (int from = 1; from < 30_000; from += 1_000) {
            store().append(entries(from, from + 999, 1));
        }
        assertHolds(store(), LogPosition.START, entries(1, 30_000, 1));
    }

    @Test
    public void shrinkingChangesNothingThatCanBeRead() throws IOException {
        store().append(entries(1, 3_000, 1));
        store().truncatePrefix(2_500);
        store().shrink();
        assertHolds(store(), new LogPosition(2_500, 1), entries(2_501, 3_000, 1));
        store().append(entries(3_001, 3_002, 1));
        assertHolds(store(), new LogPosition(2_500, 1), entries(2_501, 3_002, 1));
        assertTrue(store().sizeInBytes() >= 0);
    }

    @Test
    public void anInterruptedThreadUsesTheStoreAsAnyOther() throws IOException {
        Thread.currentThread().interrupt();
        store().append(entries(1, 9, 1));
        store().truncateSuffix(9);
        store().truncatePrefix(2);
        store().sync();
        List<LogEntry> found = read(store(), 3);
        assertTrue(Thread.interrupted(), "the interrupt is kept for the thread's owner");
        assertEntries(entries(3, 8, 1), found);
        store().append(entries(9, 9, 1));
        assertHolds(store(), new LogPosition(2, 1), entries(3, 9, 1));
    }

    @Test
    public void closingTwiceIsHarmless() throws IOException {
        store().close();
        store().close();
    }

    @Test
    public void aClosedStoreRefusesChanges() throws IOException {
        store().close();
        assertThrows(Exception.class, () -> store().append(entries(1, 1, 1)));
    }
}
