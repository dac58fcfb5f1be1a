package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.ReadOptions;
import dev.huck.raft.core.node.Shell.Guest;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A client of a node that forwards: the order on its connection, and what it is told. */
final class ForwardedSessionTest {
    private static final ReadOptions LOW = ReadOptions.at(Consistency.LOW);

    private final Shell shell;
    private final Guest client;

    ForwardedSessionTest() throws IOException {
        shell = new Shell(Options.builder().forward(true).build());
        shell.loop.forwards = true;
        client = shell.connect();
    }

    private Operation departed() {
        shell.stage.run();
        Operation next = shell.loop.take();
        assertTrue(next.forward);
        return next;
    }

    private void answered(Operation operation, long index, long value) {
        ReplyBytes reply = new ReplyBytes();
        reply.integer(value);
        shell.machines.relayed(operation, index, reply.take().get(0));
    }

    @Test
    void oneCommandLeavesOnceAndIsAnsweredOnce() {
        client.send("inc");
        Operation write = departed();
        assertTrue(shell.loop.submitted.isEmpty());
        answered(write, 1, 41);
        answered(write, 1, 42); // a frame that arrived twice
        assertEquals(":41", client.received());
        shell.stage.run();
        assertTrue(shell.loop.submitted.isEmpty());
    }

    @Test
    void repliesStandInTheOrderOfTheCommandsWhateverTheOrderOfTheirArrival() {
        client.send("inc", "inc", "PING", "inc");
        Operation first = departed();
        Operation second = departed();
        Operation third = departed();
        answered(third, 3, 3);
        answered(second, 2, 2);
        assertEquals("", client.received());
        answered(first, 1, 1);
        assertEquals(":1 :2 +PONG :3", client.received());
    }

    @Test
    void aReadHereWaitsForWhatTheLeaderHasShown() {
        client.send("inc");
        answered(departed(), 1, 1);
        assertEquals(":1", client.received());
        client.read(LOW, "get");
        assertEquals("", client.received());
        shell.commit("inc");
        assertEquals(":1", client.received());
        assertEquals(1, client.session.highestIndexShown());
    }

    @Test
    void readsAtLowStayOnTheNode() {
        shell.commit("inc");
        client.read(LOW, "get");
        shell.stage.run();
        assertEquals(":1", client.received());
        assertTrue(shell.loop.submitted.isEmpty());
    }

    @Test
    void withFollowerReadsAllReadsStayOnTheNode() throws IOException {
        Shell both =
                new Shell(Options.builder().forward(true).followerReads(true).build());
        both.loop.forwards = true;
        for (Consistency level : List.of(Consistency.MEDIUM, Consistency.HIGH)) {
            both.connect().read(level, "get");
            both.stage.run();
            assertFalse(both.loop.take().forward, level.toString());
        }
        both.connect().send("inc");
        both.stage.run();
        assertTrue(both.loop.take().forward, "writes do not");
    }

    @Test
    void aCommandDoesNotLeaveWhileAReadBeforeItWaitsHere() {
        client.read(LOW.minIndex(1), "get");
        client.send("inc");
        assertEquals("", client.received());
        assertTrue(shell.loop.submitted.isEmpty(), "it would come back through the log before the read");
        shell.commit("inc");
        assertEquals(":1", client.received());
        departed();
    }

    @Test
    void aCommandMayFollowAReadThatIsForwardedToo() {
        client.send("get", "inc");
        assertEquals(Operation.Kind.READ, departed().kind);
        assertEquals(Operation.Kind.WRITE, departed().kind);
    }

    @Test
    void nothingOvertakesWhatWasHeldBackWhenThisNodeComesToLead() {
        client.read(LOW.minIndex(1), "get");
        client.send("inc");
        shell.stage.run();
        assertTrue(shell.loop.submitted.isEmpty());
        shell.loop.forwards = false;
        client.send("add 5");
        shell.stage.run();
        // Here the log does know of the connection, so the read is no reason to wait.
        for (String name : List.of("inc", "add")) {
            Operation next = shell.loop.take();
            assertEquals(name, Objects.requireNonNull(next.command).name());
            assertFalse(next.forward);
        }
    }

    @Test
    void aFailedWriteOfUnknownOutcomeIsNotSentAgain() {
        client.send("inc");
        Operation write = departed();
        shell.machines.fail(List.of(write), Requests.UNKNOWN);
        String answer = client.received();
        assertTrue(answer.startsWith("-UNKNOWN "), answer);
        answered(write, 1, 1); // too late
        assertEquals("", client.received());
        assertTrue(shell.loop.submitted.isEmpty());
    }

    @Test
    void anErrorOfTheLeaderReachesTheClientAsItIs() {
        client.send("inc");
        ReplyBytes reply = new ReplyBytes();
        reply.error("BUSY leadership is being handed over; try again");
        shell.machines.relayed(departed(), 0, reply.take().get(0));
        assertEquals("-BUSY leadership is being handed over; try again", client.received());
    }

    @Test
    void aReplyThatCanNotBeReadIsNoReply() {
        client.send("inc");
        shell.machines.relayed(departed(), 0, new byte[] {99});
        String answer = client.received();
        assertTrue(answer.startsWith("-UNKNOWN "), answer);
    }
}
