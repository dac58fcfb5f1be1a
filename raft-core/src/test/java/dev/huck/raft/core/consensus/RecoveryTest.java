package dev.huck.raft.core.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Recovery.Decision;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What a log and a snapshot may look like after a crash, row by row. */
class RecoveryTest {
    private static final LogPosition START = LogPosition.START;

    private static LogPosition at(long index, long term) {
        return new LogPosition(index, term);
    }

    @Test
    void noSnapshotAndAWholeLogAreUsed() {
        assertEquals(Decision.USE, Recovery.decide(START, at(9, 3), 0, START));
    }

    @Test
    void anEmptyNodeIsUsed() {
        assertEquals(Decision.USE, Recovery.decide(START, START, 0, START));
    }

    @Test
    void aSnapshotInsideTheLogIsUsed() {
        assertEquals(Decision.USE, Recovery.decide(at(3, 1), at(9, 3), 2, at(5, 2)));
    }

    @Test
    void aSnapshotAtTheBaseIsUsed() {
        assertEquals(Decision.USE, Recovery.decide(at(5, 2), at(9, 3), 2, at(5, 2)));
    }

    @Test
    void aLogThatEndsBeforeTheSnapshotIsReset() {
        assertEquals(Decision.RESET_LOG, Recovery.decide(START, at(4, 1), 0, at(5, 2)));
    }

    @Test
    void aLogThatContradictsTheSnapshotIsReset() {
        assertEquals(Decision.RESET_LOG, Recovery.decide(START, at(9, 1), 1, at(5, 2)));
    }

    @Test
    void aLogThatBeginsBehindTheSnapshotDoesNotMeetIt() {
        assertEquals(Decision.GAP, Recovery.decide(at(7, 2), at(9, 3), 0, at(5, 2)));
        assertEquals(Decision.GAP, Recovery.decide(at(7, 2), at(9, 3), 0, START));
    }

    @Test
    void aLogOfALaterTermThanTheNodesIsABrokenInvariant() {
        Recovery recovery = new Recovery(1, new HardState(2, 0), START, Configuration.EMPTY, 0, START, Limits.DEFAULT);
        recovery.load(new LogEntry(1, 3, Entries.noop(0)));
        assertThrows(AssertionError.class, () -> recovery.start(Limits.DEFAULT, new SplittableRandom(1), 0));
    }
}
