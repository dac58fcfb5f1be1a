package dev.huck.raft.testkit.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.check.ClientMemory;
import dev.huck.raft.core.check.ConnectionView;
import dev.huck.raft.core.check.CoreMemory;
import dev.huck.raft.core.check.NodeView;
import dev.huck.raft.core.check.Report;
import dev.huck.raft.core.consensus.Held;
import dev.huck.raft.core.consensus.Limits;
import dev.huck.raft.core.consensus.SessionBounds;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every bound on memory: what just keeps it is passed, and the least that is beyond it is seen. */
class MemoryChecksTest {
    private static final Limits LIMITS = new Limits(10, 100, 3, 50, 200, 1_000, 0, 0, 0);
    private static final SessionBounds SESSIONS = new SessionBounds(1, 2, 100, 600);

    private final List<String> found = new ArrayList<>();
    private final Report report = (invariant, message) -> found.add(message);
    private final CoreMemory cores = new CoreMemory(report, LIMITS);
    private final ClientMemory clients = new ClientMemory(report, 8_000, LIMITS, SESSIONS);

    private record Core() implements BareCore {
        @Override
        public long storeId() {
            return 1;
        }

        @Override
        public Role role() {
            return Role.LEADER;
        }

        @Override
        public long term() {
            return 1;
        }
    }

    private record Node(
            long commandBytes,
            long forwardedBytes,
            int messagesHeldBack,
            int sessions,
            long sessionBytes,
            long sessionBytesAnew,
            long earlyBytes,
            Arrived arrived)
            implements NodeView {

        Node(long commands, long forwarded, int heldBack, int sessions, long bytes, long anew, long early) {
            this(commands, forwarded, heldBack, sessions, bytes, anew, early, new Arrived(0, 0, 0));
        }

        static Node reachedBy(long repeated, long forwarded, long control) {
            return new Node(0, 0, 0, 0, 0, 0, 0, new Arrived(repeated, forwarded, control));
        }
    }

    private record Connection(long heldBytes, long heldBytesAnew) implements ConnectionView {}

    private void passes(Held held) {
        cores.observe(new Core(), held);
        assertEquals(List.of(), found);
    }

    private void fails(Held held) {
        cores.observe(new Core(), held);
        expectOne();
    }

    private void passes(Node node) {
        clients.observe(node);
        assertEquals(List.of(), found);
    }

    private void fails(Node node) {
        clients.observe(node);
        expectOne();
    }

    private void expectOne() {
        assertEquals(1, found.size(), found::toString);
        found.clear();
    }

    @Test
    void oldEntriesAreKeptBeyondTheCacheOnlyUntilTheyAreDurable() {
        passes(new Held(50, 1, 9, 0, 0, 0, 0, 0));
        passes(new Held(51, 10, 9, 0, 0, 0, 0, 0));
        fails(new Held(51, 9, 9, 0, 0, 0, 0, 0));
    }

    @Test
    void nothingIsProposedBeyondTheBudget() {
        passes(new Held(0, 1, 0, 1_000, 0, 0, 0, 0));
        fails(new Held(0, 1, 0, 1_001, 0, 0, 0, 0));
    }

    @Test
    void nothingIsHandedToAMachineThatHasEnoughToDo() {
        passes(new Held(0, 1, 0, 0, 199, 0, 0, 0));
        fails(new Held(0, 1, 0, 0, 200, 0, 0, 0));
    }

    @Test
    void nothingIsSentIntoAWindowThatIsFull() {
        passes(new Held(0, 1, 0, 0, 0, 99, 3, 0));
        fails(new Held(0, 1, 0, 0, 0, 100, 3, 0));
        fails(new Held(0, 1, 0, 0, 0, 99, 4, 0));
    }

    @Test
    void readsThatWaitForAnIndexAreCounted() {
        passes(new Held(0, 1, 0, 0, 0, 0, 0, 4_096));
        fails(new Held(0, 1, 0, 0, 0, 0, 0, 4_097));
    }

    @Test
    void messagesThatWaitForTheLoopAreCountedEachKindByItself() {
        passes(Node.reachedBy(200, 8_000, 16 << 20));
        fails(Node.reachedBy(201, 0, 0));
        fails(Node.reachedBy(-1, 0, 0));
        fails(Node.reachedBy(0, 8_001, 0));
        fails(Node.reachedBy(0, 0, (16 << 20) + 1));
    }

    @Test
    void messagesWhoseSenderIsBeingWrittenDownAreCounted() {
        passes(new Node(0, 0, 0, 0, 0, 0, 1 << 20));
        fails(new Node(0, 0, 0, 0, 0, 0, (1 << 20) + 1));
        fails(new Node(0, 0, 0, 0, 0, 0, -1));
    }

    @Test
    void coreThatDoesNotCountWhatItHoldsIsSeen() {
        Held held = new Held(40, 1, 9, 0, 0, 0, 0, 0);
        cores.compare(new Core(), held, held);
        assertEquals(List.of(), found);
        cores.compare(new Core(), held, new Held(41, 1, 9, 0, 0, 0, 0, 0));
        expectOne();
    }

    @Test
    void commandsAndRefusalsTakeAnEighthMoreThanTheBudgetAtMost() {
        passes(new Node(9_000, 0, 0, 0, 0, 0, 0));
        fails(new Node(9_001, 0, 0, 0, 0, 0, 0));
        fails(new Node(-1, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void nothingIsForwardedIntoAWindowThatIsFull() {
        passes(new Node(0, 99, 0, 0, 0, 0, 0));
        fails(new Node(0, 100, 0, 0, 0, 0, 0));
    }

    @Test
    void messagesThatWaitForTheDiskAreCounted() {
        passes(new Node(0, 0, 256, 0, 0, 0, 0));
        fails(new Node(0, 0, 257, 0, 0, 0, 0));
    }

    @Test
    void sessionsAreBoundedInNumberAndSizeButForTheOneAtHand() {
        passes(new Node(0, 0, 0, 2, 600, 600, 0));
        fails(new Node(0, 0, 0, 3, 600, 600, 0));
        fails(new Node(0, 0, 0, 2, 601, 601, 0));
        ClientMemory tight = new ClientMemory(report, 8_000, LIMITS, new SessionBounds(1, 2, 100, 1));
        tight.observe(new Node(0, 0, 0, 1, 392, 392, 0));
        assertEquals(List.of(), found);
        tight.observe(new Node(0, 0, 0, 1, 393, 393, 0));
        expectOne();
    }

    @Test
    void nodeThatDoesNotCountItsSessionsIsSeen() {
        clients.compare(new Node(0, 0, 0, 1, 300, 300, 0));
        assertEquals(List.of(), found);
        clients.compare(new Node(0, 0, 0, 1, 300, 301, 0));
        expectOne();
    }

    @Test
    void connectionThatHoldsMoreThanIsCountedIsSeen() {
        clients.observe(new Node(1_000, 0, 0, 0, 0, 0, 0), List.of(new Connection(5_096, 5_096)));
        assertEquals(List.of(), found);
        clients.observe(new Node(1_000, 0, 0, 0, 0, 0, 0), List.of(new Connection(5_095, 5_096)));
        expectOne();
        clients.observe(new Node(999, 0, 0, 0, 0, 0, 0), List.of(new Connection(5_096, 5_096)));
        expectOne();
    }

    @Test
    void nothingMoreIsReadFromAConnectionThatHoldsItsShareTwice() {
        clients.isRead(new Connection(3_999, 3_999));
        assertEquals(List.of(), found);
        clients.isRead(new Connection(4_000, 4_000));
        expectOne();
    }

    @Test
    void whatIsNotGivenBackIsSeen() {
        clients.isIdle(new Node(0, 0, 0, 2, 600, 600, 0));
        assertEquals(List.of(), found);
        clients.isIdle(new Node(1, 0, 0, 0, 0, 0, 0));
        expectOne();
    }
}
