package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.core.node.Shell.Guest;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Client sessions from the connection to the machine: a command sent again takes effect once. */
class ExactlyOnceTest {
    private final MemoryDisk disk = new MemoryDisk();
    private Shell shell;
    private Guest guest;

    ExactlyOnceTest() throws IOException {
        shell = new Shell(disk);
        guest = shell.connect();
    }

    private String write(String... commands) {
        guest.send(commands);
        shell.commitAll();
        return guest.received();
    }

    /** The first entry's stamp in a {@link Shell}. */
    private String open() {
        assertEquals(":1000", write("raft session open"));
        return "raft session do 1000 ";
    }

    @Test
    void repeatedCommandIsAnsweredWithItsFirstReplyAndRunsOnce() {
        String session = open();
        assertEquals(":1", write(session + "1 1 inc"));
        assertEquals(":1", write(session + "1 1 inc"));
        assertEquals(":2", write(session + "2 2 inc"));
        assertTrue(write(session + "1 1 inc").startsWith("-ACKNOWLEDGED "));
        assertTrue(write(session + "4 3 inc").startsWith("-GAP "));
        assertEquals(":3", write("inc"));
    }

    @Test
    void repeatInTheSameEntryOrFromAnotherNodeRunsOnceToo() {
        String session = open();
        assertEquals(":1 :1", write(session + "1 1 inc", session + "1 1 inc"));
        shell.commit("raft session do 1000 2 2 inc", "raft session do 1000 2 2 inc");
        assertEquals(":2", write(session + "2 2 inc"));
    }

    @Test
    void readInASessionNeedsNoEntry() {
        String session = open();
        write(session + "1 1 inc");
        guest.send(session + "9 9 hello");
        assertEquals("+hello", guest.received());
        guest.send(session + "9 9 get");
        assertEquals("", guest.received());
        assertEquals(Operation.Kind.READ, shell.loop.submitted.get(0).kind);
    }

    @Test
    void numbersOfReadsAndOfWhatWasRefusedAreNotWaitedFor() {
        String session = open();
        guest.send(session + "1 1 hello", session + "2 2 nosuchcommand");
        guest.received();
        assertEquals(":1", write(session + "3 3 inc"));
        assertTrue(write(session + "2 2 inc").startsWith("-ACKNOWLEDGED "));
    }

    @Test
    void failureIsAResultThatIsKeptAsWell() {
        String session = open();
        String failed = write(session + "1 1 faulty");
        assertTrue(failed.startsWith("-ERR internal error at index 2"), failed);
        assertEquals(failed, write(session + "1 1 faulty"));
        assertEquals("-WRONGTYPE no", write(session + "2 2 fails"));
        assertEquals("-WRONGTYPE no", write(session + "2 2 fails"));
        String inReply = write(session + "3 3 badreply");
        assertEquals(inReply, write(session + "3 3 badreply"));
        assertEquals(":1002", write("inc"));
    }

    @Test
    void replyThatCannotBeWrittenIsAnErrorThatIsKept() {
        String session = open();
        String answer = write(session + "1 1 badcall");
        assertEquals("-ERR internal error in the reply (see the log of the node)", answer);
        assertEquals(answer, write(session + "1 1 badcall"));
        assertEquals(":2", write(session + "2 2 inc"));
    }

    @Test
    void whatSnapshotsHoldIsNotDoneAgain() throws IOException {
        String session = open();
        assertEquals(":1", write(session + "1 1 inc"));
        shell.machines.capture();
        shell.stage.run();
        shell.files.run();
        Shell restarted = new Shell(disk);
        restarted.machines.boot();
        // The shell of a test numbers its entries anew; two are in the snapshot.
        restarted.commit("inc");
        restarted.commit("inc");
        shell = restarted;
        guest = shell.connect();
        assertEquals(":1", write(session + "1 1 inc"));
        assertEquals(":2", write(session + "2 2 inc"));
    }

    @Test
    void rebuiltMachineHasTheSessionsOfTheSameMoment() {
        String session = open();
        assertEquals(":1", write(session + "1 1 inc"));
        shell.commit("raft session do 1000 2 2 error");
        shell.stage.run();
        shell.broken = false;
        shell.stage.pass(60_000_000_000L);
        shell.stage.run();
        shell.replayAfter(0);
        assertEquals(":2", write(session + "2 2 error"));
        assertEquals(":3", write("inc"));
    }

    @Test
    void closedOrUnknownSessionsCommandsAreRefusedAndNeverRun() {
        String session = open();
        assertEquals(":1", write("raft session close 1000"));
        assertEquals(":0", write("raft session close 1000"));
        assertTrue(write(session + "1 1 inc").startsWith("-NOSESSION "));
        assertEquals(":1", write("inc"));
    }

    @Test
    void whatMakesNoSenseIsRefusedBeforeItIsProposed() {
        for (String wrong : new String[] {
            "raft session do 1000 0 0 inc",
            "raft session do 1000 1 2 inc",
            "raft session do 1000 1 0 inc",
            "raft session do x 1 1 inc",
            "raft session do 1000 1 1",
            "raft session do 1000 1 1 ping",
            "raft session do 1000 1 1 raft session open",
            "raft session do 1000 1 1 nosuchcommand",
            "raft session",
            "raft session close",
            "raft session close x",
            "raft session open 1",
            "raft nonsense",
            "raft"
        }) {
            guest.send(wrong);
            String answer = guest.received();
            assertTrue(answer.startsWith("-ERR "), wrong + ": " + answer);
        }
        assertTrue(shell.loop.submitted.isEmpty());
    }

    @Test
    void whatGotIntoTheLogAllTheSameIsAnErrorThere() {
        shell.commit("raft session do 1000 0 0 inc", "raft nonsense", "raft session close x");
        assertEquals(":1", write("inc"));
    }

    @Test
    void helpAndInfoTellOfSessions() {
        open();
        guest.send("raft session help");
        assertTrue(guest.received().contains("first-unanswered"));
        guest.send("command docs raft");
        assertTrue(guest.received().contains("SESSION"));
        guest.send("info raft");
        assertTrue(guest.received().contains("raft_client_sessions:1"));
    }
}
