package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Message;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is kept of members whose new incarnation is being written down. */
class EarlyMessagesTest {
    private final EarlyMessages early = new EarlyMessages();

    private static Message small(long number) {
        return new Message.TimeoutNow(7, 1, number);
    }

    private static Message large(int bytes) {
        LogEntry entry = new LogEntry(1, 1, new byte[bytes]);
        return new Message.Append(7, 1, 1, 1, 1, LogPosition.START, List.of(entry), 0, null);
    }

    private static Message piece(int bytes) {
        return new Message.InstallSnapshot(7, 1, 1, 7, 1, 1, new LogPosition(9, 1), bytes, 0, new byte[bytes]);
    }

    @Test
    void whatAMemberSaysComesOutInOrderAndOnce() {
        early.keep(7, small(1));
        early.keep(8, small(9));
        early.keep(7, small(2));
        assertEquals(List.of(small(1), small(2)), early.take(7));
        assertEquals(List.of(), early.take(7));
        assertEquals(List.of(small(9)), early.take(8));
        assertEquals(0, early.bytes());
    }

    @Test
    void ofOneMemberSoManyMessagesAreKeptAndOfOthersStillSome() {
        for (int i = 0; i < 100; i++) {
            early.keep(7, small(i));
        }
        early.keep(8, small(1));
        assertEquals(64, early.take(7).size());
        assertEquals(1, early.take(8).size());
    }

    @Test
    void entriesAreCountedWithTheirBytesOfAllMembersTogether() {
        for (int i = 0; i < 20; i++) {
            early.keep(i, large(100_000));
        }
        long held = early.bytes();
        assertEquals(
                10,
                (held - 10 * 128) / 100_000,
                "ten of a hundred thousand bytes are less than a mebibyte, eleven not");
        early.keep(3, small(1));
        assertEquals(held + 128, early.bytes());
        early.keep(4, large(2 << 20));
        assertEquals(held + 128, early.bytes());
    }

    @Test
    void piecesOfSnapshotsAreCountedWithTheirBytes() {
        early.keep(7, piece(1 << 20));
        assertEquals(0, early.bytes());
        early.keep(7, piece((1 << 20) - 128));
        assertEquals(1 << 20, early.bytes());
    }
}
