package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.huck.raft.api.Consistency;
import dev.huck.raft.core.node.Shell.Guest;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Position, time and randomness as a machine sees them. */
final class CommandContextTest {
    private Shell shell;
    private Guest client;

    @BeforeEach
    void connect() throws IOException {
        shell = new Shell();
        client = shell.connect();
    }

    @Test
    void commandsOfAnEntryHaveTheirOwnPlaceAndTime() {
        client.send("where", "where");
        shell.commitAll();
        assertEquals("$1.0 t3 @1000 $1.1 t3 @1001", client.received());
    }

    @Test
    void readHasTheTimeOfTheLastCommand() {
        shell.commit("inc", "inc", "inc");
        assertEquals("$1 @1002", client.read(Consistency.LOW, "when").received());
    }

    @Test
    void readReleasedInTheMiddleOfAnEntryHasTheTimeOfTheCommandBefore() {
        client.session.setConsistency(Consistency.LOW);
        client.send("inc", "when", "inc");
        shell.commitAll();
        assertEquals(":1 $1 @1000 :2", client.received());
    }

    @Test
    void randomnessFollowsFromTheEntryAndThePlaceInIt() throws IOException {
        client.send("random", "random");
        shell.commitAll();
        String here = client.received();
        Shell elsewhere = new Shell();
        Guest there = elsewhere.connect().send("random", "random");
        elsewhere.commitAll();
        assertEquals(here, there.received());
        assertNotEquals(here.split(" ")[0], here.split(" ")[1]);
    }

    @Test
    void nextEntryHasOtherRandomness() {
        client.send("random");
        shell.commitAll();
        client.send("random");
        shell.commitAll();
        String[] drawn = client.received().split(" ");
        assertNotEquals(drawn[0], drawn[1]);
    }
}
