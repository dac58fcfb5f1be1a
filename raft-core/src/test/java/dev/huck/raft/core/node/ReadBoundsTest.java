package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.ReadOptions;
import dev.huck.raft.core.node.Shell.Guest;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Reads at LOW that bound how old the state may be, and what a connection is told of the log. */
final class ReadBoundsTest {
    private static final long MILLIS = 1_000_000L;
    private static final ReadOptions LOW = ReadOptions.at(Consistency.LOW);

    private final Shell shell;
    private final Guest client;

    ReadBoundsTest() throws IOException {
        shell = new Shell();
        client = shell.connect();
    }

    private ReadOptions maxStale(long millis) {
        return LOW.maxStale(Duration.ofMillis(millis));
    }

    private long asked() {
        return shell.loop.told.stream().filter("refresh"::equals).count();
    }

    @Test
    void aReadWaitsUntilTheIndexThatItNamesIsApplied() {
        shell.commit("inc");
        client.read(LOW.minIndex(2), "get");
        assertEquals("", client.received());
        shell.commit("inc");
        assertEquals(":2", client.received());
    }

    @Test
    void aReadDoesNotWaitForAnIndexForEver() {
        client.read(LOW.minIndex(2), "get");
        shell.stage.pass(9_900 * MILLIS);
        assertEquals("", client.received());
        shell.stage.pass(300 * MILLIS);
        String answer = client.received();
        assertTrue(
                answer.startsWith("-CLUSTERDOWN this node has applied the log up to 0 and the read needs 2"), answer);
    }

    @Test
    void readsThatWaitedBehindOneThatWasGivenUpAreGivenUpWithIt() {
        client.read(LOW.minIndex(2), "get");
        client.read(LOW.minIndex(2), "get");
        client.read(LOW.minIndex(3), "get");
        shell.stage.pass(10_200 * MILLIS);
        assertEquals(3, client.received().split("-CLUSTERDOWN", -1).length - 1);
    }

    @Test
    void aReadBehindOneThatIsGivenUpHasItsOwnTime() {
        client.read(LOW.minIndex(2), "get");
        shell.stage.pass(9_000 * MILLIS);
        client.read(LOW.minIndex(2), "get");
        shell.stage.pass(1_200 * MILLIS);
        assertTrue(client.received().startsWith("-CLUSTERDOWN"));
        shell.stage.pass(8_500 * MILLIS);
        assertEquals("", client.received());
        shell.stage.pass(400 * MILLIS);
        assertTrue(client.received().startsWith("-CLUSTERDOWN"));
        // And one that comes when nothing waits.
        client.read(LOW.minIndex(2), "get");
        shell.stage.pass(9_900 * MILLIS);
        assertEquals("", client.received());
        shell.commit("inc");
        shell.commit("inc");
        assertEquals(":2", client.received());
    }

    @Test
    void aReadThatCanNotComeBothBeforeALaterWriteAndBehindItsIndexIsRefused() {
        client.read(LOW.minIndex(5), "get");
        client.send("inc");
        shell.commitAll();
        String answer = client.received();
        assertTrue(answer.startsWith("-CLUSTERDOWN ") && answer.endsWith(":1"), answer);
    }

    @Test
    void aReadWithABoundIsAnsweredOnceTheLeaderHasSaidHowFarTheLogIs() {
        client.read(maxStale(0), "get");
        assertEquals("", client.received());
        assertEquals(1, asked());
        shell.machines.upToDate(1, shell.stage.now());
        assertEquals("", client.received(), "proven up to date at index 1, which is not applied yet");
        shell.commit("inc");
        assertEquals(":1", client.received());
    }

    @Test
    void aProofServesAsLongAsItIsYoungEnough() {
        shell.machines.upToDate(0, shell.stage.now());
        shell.stage.pass(400 * MILLIS);
        client.read(maxStale(500), "get");
        assertEquals(":0", client.received());
        shell.stage.pass(101 * MILLIS);
        client.read(maxStale(500), "get");
        assertEquals("", client.received());
        assertEquals(1, asked());
    }

    @Test
    void aReadWhoseBoundNobodyConfirmsIsRefused() {
        shell.machines.upToDate(0, shell.stage.now());
        shell.stage.pass(1000 * MILLIS);
        client.read(maxStale(500), "get");
        assertEquals("", client.received());
        shell.stage.pass(400 * MILLIS);
        assertEquals("", client.received());
        shell.stage.pass(500 * MILLIS);
        String answer = client.received();
        assertTrue(answer.startsWith("-CLUSTERDOWN this node last knew "), answer);
    }

    @Test
    void readsWithABoundThatWaitedAsLongAreRefusedTogether() {
        for (int i = 0; i < 5; i++) {
            client.read(maxStale(500), "get");
        }
        shell.stage.pass(900 * MILLIS);
        assertEquals(5, client.received().split("-CLUSTERDOWN", -1).length - 1);
    }

    @Test
    void whatAnEarlierInstanceOfTheMachineWasKnownToBeCountsNoMore() throws IOException {
        shell.machines.upToDate(0, shell.stage.now());
        shell.stage.run();
        client.read(maxStale(60_000), "get");
        assertEquals(":0", client.received());
        shell.commit("error");
        shell.stage.pass(20_000 * MILLIS); // rebuilt
        client.read(maxStale(60_000), "get");
        assertEquals("", client.received());
    }

    @Test
    void raftIndexIsWhatTheConnectionHasSeen() {
        shell.commit("inc", "inc");
        shell.commit("inc");
        assertEquals(":0", client.send("RAFT INDEX").received());
        client.session.setConsistency(Consistency.LOW);
        assertEquals(":3 :2", client.send("get", "raft index").received());
        client.send("inc", "raft index");
        shell.commitAll();
        assertEquals(":4 :3", client.received());
        assertEquals(3, client.session.highestIndexShown());
    }

    @Test
    void raftReadSetsHowTheConnectionReads() {
        assertEquals("+OK", client.send("RAFT READ LOW MAXSTALE 250 MININDEX 1").received());
        client.send("get");
        shell.commit("inc");
        assertEquals("", client.received());
        shell.machines.upToDate(1, shell.stage.now());
        assertEquals(":1", client.received());
        assertEquals("+OK", client.send("raft read default").received());
        client.send("get");
        assertEquals(Consistency.HIGH, shell.loop.take().consistency);
    }

    @Test
    void raftReadRefusesWhatMakesNoSense() {
        String wrong = "-ERR syntax error";
        assertEquals(wrong, client.send("RAFT READ").received().startsWith("-ERR") ? wrong : "taken");
        assertEquals(wrong, client.send("RAFT READ some").received());
        assertEquals(wrong, client.send("RAFT READ HIGH MAXSTALE 5").received());
        assertEquals(wrong, client.send("RAFT READ LOW MAXSTALE").received());
        assertEquals(
                "-ERR value is out of range, must be positive",
                client.send("RAFT READ LOW MAXSTALE -1").received());
        assertEquals(
                "-ERR value is not an integer or out of range",
                client.send("RAFT READ LOW MININDEX x").received());
        assertEquals(wrong, client.send("RAFT READ DEFAULT MININDEX 3").received());
    }
}
