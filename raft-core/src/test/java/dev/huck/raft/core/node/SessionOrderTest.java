package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.ReadOptions;
import dev.huck.raft.core.node.Shell.Guest;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands of a connection take effect, and are answered, in order. */
final class SessionOrderTest {
    private Shell shell;
    private Guest client;

    @BeforeEach
    void connect() throws IOException {
        shell = new Shell();
        client = shell.connect();
    }

    @Test
    void localCommandIsAnsweredOnTheConnectionsThreadWhenNothingIsUnderWay() {
        client.send("PING", "hello", "echo x");
        assertEquals("+PONG +hello $x", client.connection.received());
        assertEquals(0, shell.stage.wakeUps);
    }

    @Test
    void localCommandWaitsForAnEarlierWrite() {
        client.send("inc", "PING");
        assertEquals("", client.received());
        shell.commitAll();
        assertEquals(":1 +PONG", client.received());
    }

    @Test
    void connectionsThreadAnswersAgainOnceAllIsAnswered() {
        client.send("inc");
        shell.commitAll();
        assertEquals(":1", client.received());
        int wakeUps = shell.stage.wakeUps;
        client.send("PING");
        assertEquals("+PONG", client.connection.received());
        assertEquals(wakeUps, shell.stage.wakeUps);
    }

    @Test
    void connectionsThreadDoesNotAnswerWhileTheMachineStageFlushes() {
        client.send("inc");
        client.connection.meanwhile = () -> {
            client.session.submit(Shell.command("PING"));
            // Written now, it would leave with the flush that is under way.
            assertFalse(client.connection.replies().toString().contains("PONG"));
        };
        shell.commitAll();
        shell.stage.run();
        assertEquals(":1", client.connection.received());
        client.session.flush();
        assertEquals("+PONG", client.received());
    }

    @Test
    void readSeesEarlierWriteOfItsConnection() {
        client.send("inc", "get");
        Operation write = shell.loop.take();
        shell.machines.readReady(List.of(shell.loop.take()), 0, 0);
        assertEquals("", client.received());
        shell.commit(write);
        assertEquals(":1 :1", client.received());
    }

    @Test
    void waitingReadRunsJustBeforeALaterWriteOfItsConnectionIsApplied() {
        client.send("inc", "get", "inc");
        Operation first = shell.loop.take();
        shell.loop.take();
        Operation second = shell.loop.take();
        shell.commit(first, second);
        assertEquals(":1 :1 :2", client.received());
    }

    @Test
    void readIsNotRunBeforeItsIndexIsApplied() {
        client.send("get");
        shell.machines.readReady(List.of(shell.loop.take()), 2, 0);
        shell.commit("inc");
        assertEquals("", client.received());
        shell.commit("inc");
        assertEquals(":2", client.received());
    }

    @Test
    void confirmationThatComesAfterAReadWasReleasedIsPassedOver() {
        client.send("get", "inc");
        Operation read = shell.loop.take();
        shell.commitAll();
        assertEquals(":0 :1", client.received());
        shell.machines.readReady(List.of(read), 1, 0);
        shell.machines.fail(List.of(read), "CLUSTERDOWN too late");
        assertEquals("", client.received());
    }

    @Test
    void staleReadAsksNobody() {
        client.read(Consistency.LOW, "get");
        assertTrue(shell.loop.submitted.isEmpty());
        assertEquals(":0", client.received());
    }

    @Test
    void consistencyOfTheConnectionOverridesTheNodes() {
        client.session.setConsistency(Consistency.LOW);
        assertEquals(":0", client.send("get").received());
        client.read(Consistency.HIGH, "get");
        assertEquals(Consistency.HIGH, shell.loop.take().consistency);
    }

    @Test
    void staleReadBetweenWritesSeesTheEarlierOneOnly() {
        client.session.setConsistency(Consistency.LOW);
        client.send("inc", "get", "inc", "get");
        shell.commitAll();
        assertEquals(":1 :1 :2 :2", client.received());
    }

    @Test
    void errorsStandInTheirPlace() {
        client.send("inc", "refuse", "fails", "nosuch a", "add", "inc");
        shell.commitAll();
        assertEquals(
                ":1 -ERR refused -WRONGTYPE no -ERR unknown command 'nosuch', with args beginning with: 'a'  "
                        + "-ERR wrong number of arguments for 'add' command :2",
                client.received());
    }

    @Test
    void rejectedWriteIsAnsweredInItsPlace() {
        client.send("inc", "inc", "get");
        Operation first = shell.loop.take();
        Operation second = shell.loop.take();
        shell.machines.readReady(List.of(shell.loop.take()), 0, 0);
        shell.machines.fail(List.of(second), "BUSY later");
        assertEquals("", client.received());
        shell.commit(first);
        assertEquals(":1 -BUSY later :1", client.received());
    }

    @Test
    void readBeforeAWriteThatTimedOutDoesNotSeeItWhenItIsAppliedAfterAll() {
        client.send("get", "inc");
        shell.loop.take();
        Operation write = shell.loop.take();
        shell.machines.fail(List.of(write), "UNKNOWN timed out");
        assertEquals("", client.received());
        shell.commit(write);
        assertEquals(":0 -UNKNOWN timed out", client.received());
    }

    @Test
    void readBeforeAWriteOfUnknownOutcomeIsRefusedWhenNobodyKnowsWhetherItWasApplied() {
        client.send("get", "inc");
        Operation read = shell.loop.take();
        Operation write = shell.loop.take();
        shell.machines.fail(List.of(write), "UNKNOWN timed out");
        shell.commit("inc");
        shell.machines.readReady(List.of(read), 1, 0);
        assertEquals(
                "-CLUSTERDOWN a later write may be part of the state already; nothing was read, try again"
                        + " -UNKNOWN timed out",
                client.received());
    }

    @Test
    void readAfterAWriteOfUnknownOutcomeIsServed() {
        client.send("inc", "get");
        shell.machines.fail(List.of(shell.loop.take()), "UNKNOWN timed out");
        shell.machines.readReady(List.of(shell.loop.take()), 0, 0);
        assertEquals("-UNKNOWN timed out :0", client.received());
    }

    @Test
    void writesAppliedBehindASlowCommandAreAnsweredAfterIt() {
        client.send("RAFTSNAPSHOT", "inc", "get", "inc", "PING", "INFO keyspace");
        shell.stage.run();
        shell.commitAll();
        assertEquals("", client.received());
        shell.loop.request.complete(null);
        assertEquals("+OK :1 :1 :2 +PONG $# Keyspace\r\ndb0:keys=2,expires=0,avg_ttl=0\r\n", client.received());
    }

    @Test
    void slowCommandBeginsWhenAllBeforeItIsAnswered() {
        client.send("inc", "RAFTSNAPSHOT");
        shell.stage.run();
        assertTrue(shell.loop.told.isEmpty());
        shell.commitAll();
        shell.stage.run();
        assertTrue(shell.loop.told.contains("snapshot"));
    }

    @Test
    void transportsOwnAnswerStandsInItsPlace() {
        client.session.submit(Shell.command("inc"));
        client.session.reply(reply -> reply.simple("QUEUED"));
        client.session.flush();
        assertEquals("", client.received());
        shell.commitAll();
        assertEquals(":1 +QUEUED", client.received());
    }

    @Test
    void repliesOfATurnLeaveInOneFlush() {
        client.send("inc", "inc", "inc", "PING");
        shell.commitAll();
        client.received();
        assertEquals(1, client.connection.flushes);
    }

    @Test
    void oneTurnAppliesAllThatWasHandedOver() {
        for (int i = 0; i < 10; i++) {
            shell.commit("inc");
        }
        shell.stage.run();
        assertEquals(List.of("applied 10"), shell.loop.told);
        assertEquals(1, shell.stage.wakeUps);
    }

    @Test
    void commandsOfOneReadGoToTheLoopTogether() {
        Guest other = shell.connect();
        client.send("inc", "get", "PING", "inc");
        other.send("inc");
        assertEquals(
                List.of("inc", "get", "inc", "inc"),
                shell.loop.submitted.stream().map(o -> o.command.name()).toList());
    }

    @Test
    void leasedReadIsTakenBackWhenTheLeaseRanOutMeanwhile() {
        client.read(Consistency.MEDIUM, "get");
        Operation read = shell.loop.take();
        shell.loop.leaseValid = false;
        shell.machines.readReady(List.of(read), 0, 3);
        assertEquals("", client.received());
        assertEquals(List.of(read), shell.loop.submitted);
        shell.loop.submitted.clear();
        shell.machines.fail(List.of(read), "TRY 127.0.0.1:7482");
        assertEquals("-TRY 127.0.0.1:7482", client.received());
    }

    @Test
    void leasedReadThatAQuorumConfirmedNeedsNoLease() {
        client.read(Consistency.MEDIUM, "get");
        shell.loop.leaseValid = false;
        shell.machines.readReady(List.of(shell.loop.take()), 0, 0);
        assertEquals(":0", client.received());
    }

    @Test
    void whatIsBehindALeasedReadThatWasTakenBackWaits() {
        client.session.submit(Shell.command("get"), ReadOptions.at(Consistency.MEDIUM));
        client.session.submit(Shell.command("PING"));
        client.session.flush();
        Operation read = shell.loop.take();
        shell.loop.leaseValid = false;
        shell.machines.readReady(List.of(read), 0, 3);
        assertEquals("", client.received());
        shell.loop.leaseValid = true;
        shell.machines.readReady(List.of(read), 0, 4);
        assertEquals(":0 +PONG", client.received());
    }

    @Test
    void departedClientsReadsAreDroppedAndItsWritesApplied() {
        client.send("get", "inc", "get", "PING");
        client.session.closed();
        shell.commitAll();
        assertEquals("", client.received());
        Guest other = shell.connect();
        assertEquals(":1", other.read(Consistency.LOW, "get").received());
    }

    @Test
    void departedClientSendsNothingMore() {
        client.session.closed();
        client.send("inc", "PING");
        assertTrue(shell.loop.submitted.isEmpty());
        assertEquals("", client.received());
    }
}
