package dev.huck.raft.core.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RaftLogTest {
    private static LogEntry entry(long index, long term) {
        return new LogEntry(index, term, Entries.noop(index));
    }

    private static RaftLog log(long... terms) {
        RaftLog log = new RaftLog(LogPosition.START, 1 << 20);
        for (int i = 0; i < terms.length; i++) {
            log.append(entry(i + 1, terms[i]));
        }
        return log;
    }

    @Test
    void aWriteUnderWayDoesNotVouchForEntriesThatReplacedItsOwn() {
        RaftLog log = log(1, 1, 1);
        log.writing(1, 0);
        log.truncateSuffix(2);
        log.append(entry(2, 2));
        log.append(entry(3, 2));
        log.writing(2, 0);
        log.persisted(1);
        assertEquals(1, log.counted());
        log.persisted(2);
        assertEquals(3, log.counted());
    }

    @Test
    void aCompletionVouchesForAllWritesBeforeIt() {
        RaftLog log = log(1);
        log.writing(1, 0);
        log.append(entry(2, 1));
        log.writing(2, 0);
        log.persisted(2);
        assertEquals(2, log.counted());
        log.persisted(1);
        assertEquals(2, log.counted());
    }

    @Test
    void entriesReadBeforeATruncationAreNotHeldAfterIt() {
        RaftLog log = log(1, 1, 1);
        List<LogEntry> read = List.of(entry(1, 1), entry(2, 1), entry(3, 1));
        log.truncateSuffix(2);
        log.append(entry(2, 2));
        log.append(entry(3, 2));
        assertEquals(read.subList(0, 1), log.stillHeld(read, 3));
        assertEquals(List.of(), log.stillHeld(read, 0));
    }

    @Test
    void writtenIsNotSynced() {
        RaftLog log = log(1, 1);
        log.writing(1, 0);
        log.persisted(1);
        assertEquals(0, log.synced());
        log.synced(1);
        assertEquals(2, log.synced());
    }

    @Test
    void whereSyncsNeverComeWhatWaitsForThemStaysBounded() {
        RaftLog log = new RaftLog(LogPosition.START, 1);
        for (int i = 1; i <= 1000; i++) {
            log.append(entry(i, 1));
            log.writing(i, 0);
            log.persisted(i);
        }
        log.synced(999);
        assertTrue(log.synced() < 999, "a mark in between was kept");
        log.synced(1000);
        assertEquals(1000, log.synced());
    }

    @Test
    void entriesThatOnlyMemoryHoldsAreNotEvicted() {
        RaftLog log = new RaftLog(LogPosition.START, 1);
        for (int i = 1; i <= 100; i++) {
            log.append(entry(i, 1));
        }
        log.evict();
        assertNotNull(log.slice(1, 100, Long.MAX_VALUE));
        log.writing(1, 0);
        log.persisted(1);
        log.append(entry(101, 1));
        log.evict();
        assertNull(log.slice(100, 101, Long.MAX_VALUE));
        assertEquals(1, log.slice(101, 101, Long.MAX_VALUE).size());
    }

    @Test
    void aSliceHoldsAtLeastOneEntryHoweverLarge() {
        RaftLog log = log(1, 1, 1);
        assertEquals(1, log.slice(1, 3, 1).size());
        assertEquals(2, log.slice(1, 2, Long.MAX_VALUE).size());
    }

    @Test
    void truncationAtTheBaseIsABrokenInvariant() {
        RaftLog log = new RaftLog(new LogPosition(5, 2), 1 << 20);
        assertThrows(AssertionError.class, () -> log.truncateSuffix(5));
    }

    @Test
    void conflictSearchFindsTheLongestCommonPrefixInAtMostOneStepPerTerm() {
        SplittableRandom random = new SplittableRandom(42);
        for (int round = 0; round < 2000; round++) {
            long[] shared = terms(random, random.nextInt(20), 1);
            long from = shared.length == 0 ? 1 : shared[shared.length - 1];
            RaftLog leader = log(join(shared, terms(random, random.nextInt(20), from + 1)));
            RaftLog follower = log(join(shared, terms(random, random.nextInt(20), from + 7)));
            // Which of two branches has which term decides nothing here, as long as they differ from the fork on.
            LogPosition previous = leader.last();
            int steps = 0;
            while (!follower.contains(previous)) {
                LogPosition hint = follower.conflictHint(previous);
                long agreed = leader.agreementAtMost(hint);
                assertTrue(agreed < previous.index(), "no progress from " + previous + " with hint " + hint);
                previous = new LogPosition(agreed, leader.termAt(agreed));
                assertTrue(++steps <= 41);
            }
            assertTrue(
                    previous.index() >= Math.min(shared.length, follower.lastIndex()),
                    "backed up to " + previous + " although " + shared.length + " are shared");
        }
    }

    private static long[] terms(SplittableRandom random, int length, long from) {
        long[] terms = new long[length];
        long term = from;
        for (int i = 0; i < length; i++) {
            term += random.nextInt(4) == 0 ? random.nextInt(1, 3) : 0;
            terms[i] = term;
        }
        return terms;
    }

    private static long[] join(long[] a, long[] b) {
        long[] joined = new long[a.length + b.length];
        System.arraycopy(a, 0, joined, 0, a.length);
        System.arraycopy(b, 0, joined, a.length, b.length);
        return joined;
    }

    @Test
    void termsAreKnownAfterAnyMixOfAppendTruncateAndCompact() {
        for (int seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            RaftLog log = log();
            List<Long> model = new ArrayList<>(List.of(0L));
            long base = 0;
            long term = 1;
            long sequence = 0;
            for (int step = 0; step < 200; step++) {
                int kind = random.nextInt(10);
                if (kind < 7) {
                    term += random.nextInt(5) == 0 ? 1 : 0;
                    log.append(entry(log.lastIndex() + 1, term));
                    model.add(term);
                } else if (kind < 9 && log.lastIndex() > base) {
                    long from = random.nextLong(base + 1, log.lastIndex() + 1);
                    log.truncateSuffix(from);
                    model.subList((int) from, model.size()).clear();
                } else if (log.lastIndex() > base) {
                    log.writing(++sequence, 0);
                    log.persisted(sequence);
                    base = random.nextLong(base, log.lastIndex() + 1);
                    log.compact(base);
                }
                for (long index = base; index <= log.lastIndex(); index++) {
                    assertEquals(model.get((int) index), log.termAt(index), "seed " + seed + " index " + index);
                }
                assertFalse(log.knowsTerm(base - 1));
            }
        }
    }
}
