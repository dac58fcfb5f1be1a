package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.ReadOptions;
import dev.huck.raft.api.Result;
import dev.huck.raft.core.node.MeteredConnection.Meter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replies that were written and not flushed are in no transport's limits; so they are few, however many clients there are. */
final class UnflushedRepliesTest {
    private static final int CLIENTS = 60;
    /** What may wait at the most, and one reply of a megabyte that makes it more. */
    private static final long MOST = (1 << 20) + (1 << 20) + 1000;

    private final Meter meter = new Meter();
    private Shell shell;
    private List<MeteredConnection> connections;
    private List<ClientSession> sessions;

    @BeforeEach
    void connect() throws IOException {
        shell = new Shell();
        connections = new ArrayList<>();
        sessions = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            MeteredConnection connection = new MeteredConnection(meter);
            connections.add(connection);
            sessions.add(new ClientSession(connection, shell.loop, shell.machines, shell.builtIns));
        }
    }

    private void all(Consistency consistency, String... commands) {
        for (ClientSession session : sessions) {
            for (String command : commands) {
                session.submit(Shell.command(command), ReadOptions.at(consistency));
            }
            session.flush();
        }
    }

    private void assertFlushes(int each) {
        for (MeteredConnection connection : connections) {
            assertEquals(each, connection.flushes);
        }
    }

    @Test
    void longRepliesToManyClientsInOneTurnLeaveOneByOne() {
        all(Consistency.LOW, "large");
        shell.stage.run();
        assertFlushes(1);
        assertTrue(meter.most <= MOST, meter.most + " bytes");
    }

    @Test
    void longRepliesOfReadsBeforeAWriteLeaveBeforeTheTurnEnds() {
        all(Consistency.LOW, "large", "inc");
        shell.commitAll();
        shell.stage.run();
        assertTrue(meter.most <= MOST, meter.most + " bytes");
    }

    @Test
    void longRepliesOfWritesInOneEntryLeaveBeforeTheTurnEnds() {
        all(Consistency.LOW, "swap");
        shell.commitAll();
        shell.stage.run();
        assertFlushes(1);
        assertTrue(meter.most <= MOST, meter.most + " bytes");
    }

    @Test
    void manyRepliesOfMiddlingLengthLeaveBeforeTheyComeToMuch() {
        all(Consistency.LOW, "long 60000", "inc");
        shell.commitAll();
        shell.stage.run();
        assertTrue(meter.most <= (1 << 20) + 60_100, meter.most + " bytes");
    }

    @Test
    void repliesToOneClientLeaveBeforeTheyComeToMuch() {
        ClientSession session = sessions.get(0);
        for (int i = 0; i < 10; i++) {
            session.submit(Command.of("long", 60_000), ReadOptions.at(Consistency.LOW));
        }
        session.flush();
        shell.stage.run();
        assertEquals(5, connections.get(0).flushes);
        assertTrue(meter.most <= ClientSession.FLUSHED_AT + 60_100, meter.most + " bytes");
    }

    @Test
    void shortRepliesOfATurnLeaveInOneFlushForEachClient() {
        all(Consistency.LOW, "inc", "get", "PING", "inc", "long 100");
        shell.commitAll();
        shell.stage.run();
        assertFlushes(1);
    }

    @Test
    void whatIsAnsweredAtOnceLeavesBeforeTheBatchEnds() {
        ClientSession session = sessions.get(0);
        for (int i = 0; i < 100; i++) {
            session.submit(Command.of("ECHO", new byte[40_000]));
        }
        session.flush();
        assertEquals(50, connections.get(0).flushes);
        assertTrue(meter.most <= ClientSession.FLUSHED_AT + 40_100, meter.most + " bytes");
    }

    @Test
    void aReadWhoseLeaseRanOutIsTakenBackAndNothingThatHasLeft() {
        ClientSession session = sessions.get(0);
        session.submit(Command.of("large"), ReadOptions.at(Consistency.LOW));
        session.submit(Command.of("long", 50_000), ReadOptions.at(Consistency.LOW));
        session.submit(Command.of("large"), ReadOptions.at(Consistency.MEDIUM));
        session.flush();
        shell.loop.leaseValid = false;
        Operation read = shell.loop.take();
        shell.machines.readReady(List.of(read), 0, 3);
        shell.stage.run();
        assertEquals(List.of(read), shell.loop.submitted);
        // One for what was too long to wait, one at the end; of the read nothing.
        assertEquals(2, connections.get(0).flushes);
        shell.machines.readReady(List.of(read), 0, 0);
        shell.stage.run();
        assertEquals(3, connections.get(0).flushes);
        assertEquals(0, shell.loop.budget.held());
    }

    @Test
    void whatAProcessAsksOfItsOwnNodeIsMeasuredInBytes() {
        ResultReply replies = new ResultReply();
        replies.integer(1);
        int one = replies.mark();
        replies.bulk(new byte[100_000]);
        assertTrue(replies.mark() > 100_000);
        replies.rewind(one);
        assertEquals(one, replies.mark());
        replies.integer(2);
        assertEquals(List.of(new Result.Int(1), new Result.Int(2)), replies.take());
        assertEquals(0, replies.mark());
    }
}
