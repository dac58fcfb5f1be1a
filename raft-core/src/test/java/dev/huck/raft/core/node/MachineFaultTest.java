package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.core.node.Shell.Guest;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an exception out of the application means, place by place. */
final class MachineFaultTest {
    private static final String REBUILDING = "-MACHINE this node's state is being rebuilt after a failure at index 2"
            + " (see the log of the node); nothing was done, ask another node or try again later";

    private Shell shell;
    private Guest client;

    @BeforeEach
    void connect() throws IOException {
        shell = new Shell();
        client = shell.connect();
    }

    private String count() {
        return shell.connect().read(Consistency.LOW, "get").received();
    }

    @Test
    void commandExceptionOutOfMutateIsTheResult() {
        client.send("fails");
        shell.commitAll();
        assertEquals("-WRONGTYPE no", client.received());
        assertEquals(List.of("applied 1"), shell.loop.told);
    }

    @Test
    void otherRuntimeExceptionOutOfMutateIsAFixedErrorAndWhatWasChangedStays() {
        client.send("faulty");
        shell.commitAll();
        assertEquals("-ERR internal error at index 1 (see the log of the node)", client.received());
        assertEquals(":1000", count());
    }

    @Test
    void exceptionInRespondCostsThatClientAnError() {
        client.send("badreply", "inc");
        shell.commitAll();
        assertEquals("-ERR internal error in the reply (see the log of the node) :2", client.received());
    }

    @ParameterizedTest
    @ValueSource(strings = {"noreply", "tworeplies"})
    void wrongNumberOfRepliesDoesNotShiftTheOnesAfter(String command) {
        client.send(command, "inc");
        shell.commitAll();
        assertEquals("-ERR internal error in the reply (see the log of the node) :2", client.received());
    }

    @Test
    void errorInAReadCostsThatClientAnError() {
        client.read(Consistency.LOW, "badread");
        assertEquals("-ERR internal error in the read (see the log of the node)", client.received());
        assertEquals(":0", count());
    }

    @ParameterizedTest
    @ValueSource(strings = {"bug", "twice", "nothing"})
    void faultOfTheRoutingPassIsAnsweredAndNothingIsProposed(String command) {
        client.send(command);
        assertEquals(
                "-ERR internal error before the command was taken on (see the log of the node)",
                client.connection.received());
        assertTrue(shell.loop.submitted.isEmpty());
    }

    @Test
    void replicatedPassThatWritesNothingIsNamed() {
        client.send("forgetful");
        shell.commitAll();
        assertEquals(
                "-ERR the machine did not write for 'forgetful' at index 1: its replicated pass must call 'write' as its"
                        + " routing pass did",
                client.received());
    }

    @Test
    void replicatedPassThatReadsInsteadIsAFaultOnEveryNodeAndStopsNone() {
        shell.commit("get", "inc");
        assertEquals(":1", count());
    }

    @ParameterizedTest
    @ValueSource(strings = {"error", "ioerror", "hidden"})
    void failureFromOutsideTheStateStopsTheMachineBeforeThatEntry(String command) {
        shell.commit("inc");
        client.send(command);
        shell.commitAll();
        client.received();
        shell.commit("inc");
        shell.stage.run();
        assertEquals(1, shell.machines.appliedIndex());
        assertTrue(shell.loop.told.get(0).startsWith("failed 2 "), shell.loop.told.toString());
    }

    @Test
    void writeWhoseEntryIsNotAppliedIsAnsweredUnknown() {
        shell.commit("inc");
        client.send("inc", "error", "inc");
        shell.commitAll();
        String unknown =
                "-UNKNOWN the command is committed at index 2, but this node's machine failed before its result"
                        + " was known; look before repeating it";
        // The first one's result is known: the entry is committed and all nodes compute the same.
        assertEquals(":2 " + unknown + " " + unknown, client.received());
    }

    @Test
    void suspectMachineAnswersNothingFromItsState() {
        shell.commit("inc");
        client.send("get");
        shell.machines.readReady(List.of(shell.loop.take()), 2, 0);
        shell.commit("error");
        assertEquals(REBUILDING, client.received());
        assertEquals(REBUILDING, count());
        assertEquals(REBUILDING, client.send("inc").received());
        assertEquals(REBUILDING, client.read(Consistency.HIGH, "get").received());
        assertEquals("+PONG", client.send("PING").received());
    }

    @Test
    void machineIsRebuiltAndGoesOnOnceTheCauseHasGone() {
        shell.commit("inc");
        shell.commit("error");
        shell.commit("inc");
        shell.stage.run();
        shell.broken = false;
        shell.stage.pass(100_000_000L);
        assertTrue(shell.loop.told.contains("restarted 0"));
        shell.replayAfter(0);
        assertEquals(":3", count());
        assertEquals(3, shell.machines.appliedIndex());
    }

    @Test
    void machineThatStandsAloneIsSuspectWhateverRestartWasToldBefore() {
        shell.commit("inc");
        shell.commit("error");
        shell.stage.run();
        shell.broken = false;
        shell.stage.pass(100_000_000L);
        shell.machines.standsAlone(1, 0, true);
        shell.stage.run();
        int restarted = shell.loop.told.indexOf("restarted 0");
        assertTrue(restarted >= 0 && restarted < shell.loop.told.indexOf("distrusted"), shell.loop.told.toString());
        assertTrue(count().startsWith("-MACHINE this node's state differs"));
    }

    @Test
    void machineIsRebuiltFromItsLastSnapshot() {
        shell.commit("inc", "inc");
        shell.machines.capture();
        shell.stage.run();
        shell.files.run();
        shell.commit("error");
        shell.stage.run();
        shell.broken = false;
        shell.stage.pass(100_000_000L);
        assertTrue(shell.loop.told.contains("restarted 1"));
        assertEquals(":2", count());
    }

    @Test
    void poisonIsTriedAgainWithGrowingPausesAndNeverSkipped() {
        shell.commit("error");
        shell.stage.run();
        long pause = 100_000_000L;
        for (int i = 0; i < 10; i++) {
            shell.stage.pass(pause - 1);
            assertFalse(shell.loop.told.contains("restarted 0"), "too early, attempt " + i);
            shell.stage.pass(1);
            assertTrue(shell.loop.told.contains("restarted 0"), "too late, attempt " + i);
            shell.loop.told.clear();
            shell.replayAfter(0);
            shell.stage.run();
            assertEquals(0, shell.machines.appliedIndex());
            pause = Math.min(2 * pause, 10_000_000_000L);
        }
    }

    @Test
    void pauseIsShortAgainOnceTheMachineIsPastTheFault() {
        shell.commit("error");
        shell.stage.run();
        for (int i = 0; i < 3; i++) {
            shell.stage.pass(10_000_000_000L);
            shell.replayAfter(0);
            shell.stage.run();
        }
        shell.broken = false;
        shell.stage.pass(10_000_000_000L);
        shell.replayAfter(0);
        shell.stage.run();
        shell.broken = true;
        shell.commit("error");
        shell.stage.run();
        shell.loop.told.clear();
        shell.stage.pass(100_000_000L);
        assertEquals(List.of("restarted 0", "applied 0"), shell.loop.told);
    }

    @Test
    void entriesThatWereUnderWayToAFailedMachineAreNotAppliedTwice() {
        shell.commit("inc");
        shell.commit("error");
        shell.stage.run();
        shell.broken = false;
        shell.stage.pass(100_000_000L);
        shell.commit("inc");
        shell.replayAfter(0);
        shell.replayAfter(0);
        assertEquals(":3", count());
    }

    @Test
    void connectionNeverSeesTheStateGoBackWhenTheMachineWasRebuilt() {
        client.session.setConsistency(Consistency.LOW);
        shell.commit("inc");
        assertEquals(":1", client.send("get").received());
        shell.commit("error");
        shell.stage.run();
        shell.broken = false;
        shell.stage.pass(100_000_000L);
        assertEquals("", client.send("get").received());
        shell.replayAfter(0);
        assertEquals(":2", client.received());
    }

    @Test
    void readThatWaitedForTheRebuiltMachineReadsFromThatAndNotFromTheOneThrownAway() {
        client.send("get");
        Operation read = shell.loop.take();
        shell.commit("error");
        shell.stage.run();
        shell.broken = false;
        shell.stage.pass(100_000_000L);
        shell.machines.readReady(List.of(read), 1, 0);
        shell.replayAfter(0);
        assertEquals(":1", client.received());
    }

    @Test
    void entryOfANewerVersionIsNotSkipped() {
        LogEntry newer = new LogEntry(1, 1, new byte[] {99, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        java.util.ArrayList<Operation[]> none = new java.util.ArrayList<>();
        none.add(null);
        shell.machines.apply(List.of(newer), none);
        shell.stage.run();
        assertEquals(0, shell.machines.appliedIndex());
        assertTrue(shell.loop.told.get(0).startsWith("failed 1 "));
    }

    /** Else the core, set back by word of a restart that is older, waits for ever for what was applied long ago. */
    @Test
    void entriesThatAreAppliedAlreadyAreReportedOnceMore() {
        client.send("inc");
        shell.commitAll();
        assertEquals(":1", client.received());
        shell.replayAfter(0);
        client.received();
        assertEquals(List.of("applied 1", "applied 1"), shell.loop.told);
    }
}
