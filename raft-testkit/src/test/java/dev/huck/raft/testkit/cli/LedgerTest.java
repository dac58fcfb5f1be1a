package dev.huck.raft.testkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.testkit.sim.FaultKind;
import dev.huck.raft.testkit.sim.Outcome;
import dev.huck.raft.testkit.sim.RunSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
    @TempDir
    private Path folder;

    private static Outcomes outcomes(long from, int count) {
        Outcomes outcomes = new Outcomes(from, count);
        for (long seed = from; seed < from + count; seed++) {
            outcomes.put(seed, new Outcome(seed == 3 ? "broken" : null, 10, seed, 0, 0, 0, 0));
        }
        return outcomes;
    }

    private Path file() {
        return folder.resolve("ledger.txt");
    }

    @Test
    void nextCallGoesOnWhereTheLastOneEnded() throws IOException {
        try (Ledger ledger = Ledger.open(file(), RunSpec.of(1))) {
            assertEquals(1, ledger.next(1));
            ledger.add(outcomes(1, 20), 1, 10, 0.1);
            ledger.add(outcomes(1, 20), 11, 10, 0.1);
        }
        try (Ledger ledger = Ledger.open(file(), RunSpec.of(1))) {
            assertEquals(21, ledger.next(1));
            assertEquals(100, ledger.next(100));
            assertEquals("20 seeds, 200 events, 1 violations in all", ledger.summary());
        }
        assertTrue(Files.readString(file()).contains(" failed=3 "), Files.readString(file()));
    }

    @Test
    void runsOfAnotherKindAreCountedApart() throws IOException {
        try (Ledger ledger = Ledger.open(file(), RunSpec.of(1))) {
            ledger.add(outcomes(1, 10), 1, 10, 0.1);
        }
        try (Ledger ledger = Ledger.open(file(), RunSpec.of(1).withFaults(EnumSet.of(FaultKind.CRASH)))) {
            assertEquals(1, ledger.next(1));
        }
    }

    @Test
    void lineThatWasCutShortIsRunAgain() throws IOException {
        try (Ledger ledger = Ledger.open(file(), RunSpec.of(1))) {
            ledger.add(outcomes(1, 10), 1, 10, 0.1);
        }
        Files.writeString(file(), "from=11 seeds=10 viol", StandardOpenOption.APPEND);
        try (Ledger ledger = Ledger.open(file(), RunSpec.of(1))) {
            assertEquals(11, ledger.next(1));
            ledger.add(outcomes(11, 10), 11, 10, 0.1);
        }
        try (Ledger ledger = Ledger.open(file(), RunSpec.of(1))) {
            assertEquals(21, ledger.next(1));
        }
    }

    @Test
    void fileThatIsNoLedgerIsLeftAlone() throws IOException {
        Files.writeString(file(), "dear diary\n");
        assertThrows(IOException.class, () -> Ledger.open(file(), RunSpec.of(1)));
        assertEquals("dear diary\n", Files.readString(file()));
    }

    @Test
    void ledgerThatIsInUseIsRefused() throws IOException {
        try (Ledger ledger = Ledger.open(file(), RunSpec.of(1))) {
            assertEquals(1, ledger.next(1));
            assertThrows(IOException.class, () -> Ledger.open(file(), RunSpec.of(1)));
        }
    }
}
