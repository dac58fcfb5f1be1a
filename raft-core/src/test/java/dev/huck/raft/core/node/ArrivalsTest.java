package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.check.NodeView;
import dev.huck.raft.core.consensus.Forwarding;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.core.consensus.PeerMessage;
import dev.huck.raft.core.node.Arrivals.Arrived;
import dev.huck.raft.core.storage.Incarnation;
import dev.huck.raft.core.wire.Envelope;
import dev.huck.raft.core.wire.PeerCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What peers send while the loop stands still is bounded, and what is lost first is what is sent again. */
class ArrivalsTest {
    private static final int WINDOW = 1_000;
    private static final int BUDGET = 5_000;
    private static final int FULL = 872; // With what a message costs beside, two fill the room for entries.

    private static final PeerMessage ENTRIES = append(List.of(new LogEntry(1, 1, new byte[9])));
    private static final PeerMessage PIECE =
            new Message.InstallSnapshot(7, 1, 1, 7, 1, 1, new LogPosition(9, 1), 9, 0, new byte[9]);
    private static final PeerMessage COMMANDS =
            new Forwarding.Commands(7, 1, 1, 0, List.of(new Forwarding.Item(1, -1, 0, Command.of("inc"))));
    private static final PeerMessage ANSWERS =
            new Forwarding.Answers(7, 1, 1, List.of(new Forwarding.Answer(0, 0, new byte[9])));
    private static final List<PeerMessage> SMALL = List.of(
            append(List.of()),
            new Message.RequestVote(7, 1, 1, LogPosition.START, false),
            new Message.VoteReply(7, 1, 1, true),
            new Message.AppendReply(7, 1, 1, 1, 1, true, 1, 1, LogPosition.START, 1),
            new Forwarding.Open(7, 1, 1, 1),
            new Forwarding.Closed(7, 1, 1, 1));

    private final Arrivals arrivals = new Arrivals(WINDOW, BUDGET);

    private static Message append(List<LogEntry> entries) {
        return new Message.Append(7, 1, 1, 1, 1, LogPosition.START, entries, 0, null);
    }

    private Arrived admitted(PeerMessage message, int frame) {
        return Objects.requireNonNull(arrivals.admit(message, frame, message));
    }

    private void full() {
        admitted(ENTRIES, FULL);
        admitted(PIECE, FULL);
    }

    @Test
    void entriesAndPiecesOfSnapshotsAreLostPastTwoWindows() {
        full();
        assertNull(arrivals.admit(ENTRIES, 1, ENTRIES));
        assertNull(arrivals.admit(PIECE, 1, PIECE));
        assertEquals(new NodeView.Arrived(2 * WINDOW, 0, 0), arrivals.view());
    }

    @Test
    void smallMessagesAndForwardedOnesArriveThoughEntriesAreLost() {
        full();
        SMALL.forEach(message -> admitted(message, 100));
        admitted(COMMANDS, 100);
        admitted(ANSWERS, 100);
        assertEquals(2 * WINDOW + (SMALL.size() + 2) * 228, arrivals.bytes());
    }

    @Test
    void forwardedMessagesAreLostPastTheBudget() {
        admitted(COMMANDS, BUDGET - 500);
        admitted(ANSWERS, 500 - 256);
        assertNull(arrivals.admit(COMMANDS, 1, COMMANDS));
        assertNull(arrivals.admit(ANSWERS, 1, ANSWERS));
        admitted(ENTRIES, 100);
        assertEquals(BUDGET, arrivals.view().forwarded());
    }

    @Test
    void smallMessagesAreLostOnlyPastTensOfThousands() {
        int arrived = 0;
        PeerMessage vote = new Message.VoteReply(7, 1, 1, true);
        int frame = PeerCodec.encode(new Envelope(1, 0, 1, "127.0.0.1:7481", new Incarnation(1, 1), 1, vote)).length;
        while (arrived < 200_000 && arrivals.admit(vote, frame, vote) != null) {
            arrived++;
        }
        assertTrue(arrived > 50_000, arrived + " messages");
        assertTrue(arrivals.bytes() <= 16 << 20, arrivals.bytes() + " bytes");
    }

    @Test
    void aMessageThatIsLargerThanItsRoomArrivesWhereItIsAlone() {
        Arrived large = admitted(ENTRIES, 10 * WINDOW);
        assertEquals(0, arrivals.view().repeated(), "it is alone");
        assertNull(arrivals.admit(ENTRIES, 1, ENTRIES));
        assertSame(ENTRIES, arrivals.take(large));
        assertNotNull(arrivals.admit(ENTRIES, 10 * WINDOW, ENTRIES));
    }

    @Test
    void whatTheLoopTakesMakesRoom() {
        List<Arrived> waiting = new ArrayList<>();
        waiting.add(admitted(ENTRIES, FULL));
        waiting.add(admitted(ENTRIES, FULL));
        waiting.add(admitted(COMMANDS, 100));
        waiting.add(admitted(SMALL.get(0), 100));
        assertEquals(ENTRIES, arrivals.take(waiting.remove(0)));
        waiting.add(admitted(PIECE, FULL));
        waiting.forEach(arrivals::take);
        assertEquals(0, arrivals.bytes());
    }
}
