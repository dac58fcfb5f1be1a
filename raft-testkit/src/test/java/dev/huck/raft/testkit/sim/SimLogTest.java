package dev.huck.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.spi.CorruptLogException;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SimLogTest {
    private final SimLog log = new SimLog();
    private final IoGate gate = new IoGate(() -> {});
    private final SimLogStore store = new SimLogStore(log, gate, IoCost.NONE);

    @Test
    void powerCutLeavesThePrefixOfChangesThatWasSyncedAndMaybeMore() throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 500; round++) {
            SimLog log = new SimLog();
            SimLogStore store = new SimLogStore(log, new IoGate(() -> {}), IoCost.NONE);
            List<String> states = new ArrayList<>();
            states.add(picture(log));
            int synced = 0;
            for (int step = 0; step < 12; step++) {
                int before = states.size();
                change(store, log, random);
                if (random.nextInt(4) == 0) {
                    store.sync();
                    synced = before;
                }
                states.add(picture(log));
            }
            log.powerCut(new SimRandom(round));
            String left = picture(log);
            assertTrue(states.subList(synced, states.size()).contains(left), () -> left + " is none of " + states);
        }
    }

    private static void change(SimLogStore store, SimLog log, SplittableRandom random) throws IOException {
        long base = log.base().index();
        long last = log.last().index();
        long term = Math.max(1, log.last().term());
        int kind = random.nextInt(8);
        if (kind == 0 && last > base) {
            store.truncateSuffix(base + 1 + random.nextLong(last - base));
        } else if (kind == 1 && last > base) {
            store.truncatePrefix(base + 1 + random.nextLong(last - base));
        } else if (kind == 2) {
            store.reset(new LogPosition(last + 1 + random.nextInt(3), term + random.nextInt(3)));
        } else {
            store.append(List.of(entry(last + 1, term + random.nextInt(3))));
        }
    }

    private static String picture(SimLog log) throws IOException {
        StringBuilder text = new StringBuilder(log.base() + ":" + log.bytes());
        for (long i = log.base().index() + 1; i <= log.last().index(); i++) {
            text.append(' ').append(log.get(i).term());
        }
        return text.toString();
    }

    @Test
    void everyNumberOfLostEntriesHappens() throws IOException {
        Set<Long> left = new TreeSet<>();
        for (int seed = 0; seed < 100; seed++) {
            SimLog log = new SimLog();
            new SimLogStore(log, new IoGate(() -> {}), IoCost.NONE)
                    .append(List.of(entry(1, 1), entry(2, 1), entry(3, 1)));
            log.powerCut(new SimRandom(seed));
            left.add(log.last().index());
        }
        assertEquals(Set.of(0L, 1L, 2L, 3L), left);
    }

    @Test
    void entryIsHeldDurablyOnlyOnceSynced() throws IOException {
        store.append(List.of(entry(1, 1)));
        assertFalse(log.holdsDurably(1, 1));
        store.sync();
        assertTrue(log.holdsDurably(1, 1));
        store.truncateSuffix(1);
        store.append(List.of(entry(1, 2)));
        assertFalse(log.holdsDurably(1, 2));
    }

    @Test
    void crashInsideAnAppendLeavesAPrefixOfTheEntries() throws IOException {
        gate.arm(1, IoGate.Where.INSIDE);
        assertThrows(SimulatedCrash.class, () -> store.append(List.of(entry(1, 1), entry(2, 1))));
        assertEquals(1, log.last().index());
    }

    @Test
    void deadProcessChangesNothing() throws IOException {
        gate.shut();
        assertThrows(SimulatedCrash.class, () -> store.append(List.of(entry(1, 1))));
        assertEquals(0, log.last().index());
    }

    @Test
    void anEntryThatRottedIsReportedAndNotHandedOver() throws IOException {
        store.append(List.of(entry(1, 1), entry(2, 1), entry(3, 1)));
        assertFalse(log.rot(new SimRandom(7)), "what is not synced can't rot");
        store.sync();
        store.append(List.of(entry(4, 1)));
        assertTrue(log.rot(new SimRandom(7)));
        assertTrue(log.isDamaged());
        List<Long> read = new ArrayList<>();
        CorruptLogException reported =
                assertThrows(CorruptLogException.class, () -> store.read(1, entry -> read.add(entry.index())));
        assertTrue(reported.index() <= 3);
        assertEquals(reported.index() - 1, read.size());
        store.truncateSuffix(reported.index());
        assertFalse(log.isDamaged());
    }

    @Test
    void entriesMustFollow() throws IOException {
        assertThrows(IllegalArgumentException.class, () -> store.append(List.of(entry(2, 1))));
    }

    private static LogEntry entry(long index, long term) throws IOException {
        return new LogEntry(index, term, new byte[] {1});
    }
}
