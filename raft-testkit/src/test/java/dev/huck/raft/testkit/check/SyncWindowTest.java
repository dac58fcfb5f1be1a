package dev.huck.raft.testkit.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SyncWindowTest {
    private final List<String> violations = new ArrayList<>();
    private final SyncWindow window =
            new SyncWindow((invariant, message) -> violations.add(message), "n1", 1_000_000_000L);

    private void at(long millis, long last, long synced) {
        window.observe(millis * 1_000_000, last, synced);
    }

    @Test
    void whatIsSyncedInTimeIsFine() {
        at(0, 5, 5);
        at(100, 7, 5);
        at(900, 9, 5);
        at(1_100, 9, 7);
        at(1_900, 9, 8);
        at(1_901, 9, 9);
        at(9_000, 9, 9);
        assertEquals(List.of(), violations);
    }

    @Test
    void whatStaysUnsyncedIsTold() {
        at(0, 7, 5);
        at(1_000, 8, 6);
        assertEquals(List.of(), violations);
        at(1_001, 8, 6);
        assertEquals(List.of("n1 has not synced entry 7 for 1001 ms"), violations);
    }

    @Test
    void laterSyncsOfOthersDoNotHelpIt() {
        at(0, 7, 5);
        at(500, 9, 6);
        at(1_001, 12, 6);
        assertEquals(1, violations.size());
    }

    @Test
    void whatIsTruncatedNeedNotBeSynced() {
        at(0, 7, 5);
        at(500, 5, 5);
        at(600, 7, 5);
        at(1_500, 7, 5);
        assertEquals(List.of(), violations);
    }
}
