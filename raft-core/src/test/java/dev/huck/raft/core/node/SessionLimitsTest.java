package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Command;
import dev.huck.raft.core.node.Shell.Guest;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What one client can make a node hold is bounded. */
final class SessionLimitsTest {
    private Shell shell;
    private Guest client;

    @BeforeEach
    void connect() throws IOException {
        shell = new Shell();
        client = shell.connect();
    }

    private void submit(int count) {
        for (int i = 0; i < count; i++) {
            client.session.submit(Command.of("inc"));
        }
        client.session.flush();
    }

    private void commit(int count) {
        Operation[] operations = shell.loop.submitted.subList(0, count).toArray(new Operation[0]);
        shell.loop.submitted.subList(0, count).clear();
        shell.commit(operations);
        shell.stage.run();
    }

    @Test
    void readingGoesOnBelowTheLimit() {
        submit(ClientSession.MAX_OPERATIONS - 1);
        assertTrue(client.connection.reading);
    }

    @Test
    void readingStopsAtTheLimitAndResumesWhenHalfIsAnswered() {
        submit(ClientSession.MAX_OPERATIONS);
        assertFalse(client.connection.reading);
        commit(ClientSession.MAX_OPERATIONS / 2 - 1);
        assertFalse(client.connection.reading);
        commit(1);
        assertTrue(client.connection.reading);
    }

    @Test
    void bytesAreLimitedToo() {
        byte[] large = new byte[(int) (ClientSession.MAX_BYTES / 4)];
        for (int i = 0; i < 4; i++) {
            assertTrue(client.connection.reading);
            client.session.submit(Command.of("inc", large));
            client.session.flush();
        }
        assertFalse(client.connection.reading);
        commit(4);
        assertTrue(client.connection.reading);
    }

    @Test
    void whatWasReadAlreadyIsStillTaken() {
        submit(ClientSession.MAX_OPERATIONS);
        submit(1);
        commit(ClientSession.MAX_OPERATIONS + 1);
        assertTrue(client.received().endsWith(":" + (ClientSession.MAX_OPERATIONS + 1)));
    }

    @Test
    void writesAndReadsAreRefusedInPlaceWhenTheNodeIsOverItsBudget() {
        client.send("inc");
        shell.loop.overBudget = true;
        client.send("inc", "get", "PING");
        assertEquals(1, shell.loop.submitted.size());
        shell.commitAll();
        String busy = "-BUSY too many commands are under way on this node; nothing was done, try again";
        assertEquals(":1 " + busy + " " + busy + " +PONG", client.received());
    }
}
