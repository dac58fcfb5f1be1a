package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.Consistency;
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
        byte[] large = new byte[(int) (Budget.LARGEST_SHARE / 4)];
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
    void repliesThatWaitForTheirTurnAreLimited() {
        client.session.setConsistency(Consistency.LOW);
        client.send("RAFTSNAPSHOT");
        for (int i = 0; i < 20; i++) {
            client.send("large");
        }
        client.send("inc");
        shell.stage.run();
        shell.commitAll();
        shell.stage.run();
        shell.loop.request.complete(null);
        String received = client.received();
        assertTrue(received.startsWith("+OK $"));
        String busy = "-BUSY too many replies wait behind a slow command; nothing was read";
        assertEquals(4, received.split(busy, -1).length - 1);
        assertTrue(received.endsWith(" :1"));
        assertEquals(0, client.session.recordedBytes);
    }
}
