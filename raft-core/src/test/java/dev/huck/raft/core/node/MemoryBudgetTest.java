package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.ReadOptions;
import dev.huck.raft.core.node.Shell.Guest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What all clients together can make a node hold is bounded, whatever kind of command it is, and all of it is given back. */
final class MemoryBudgetTest {
    private static final long LIMIT = 8 << 20;
    private static final int MEGABYTE = 1 << 20;
    private static final String BUSY =
            "-BUSY too many commands are under way on this node; nothing was done, try again";

    private Shell shell;
    private Budget budget;
    private final List<Guest> guests = new ArrayList<>();
    private final List<CompletableFuture<Object>> requests = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        shell = new Shell();
        budget = new Budget(LIMIT);
        shell.loop.budget = budget;
    }

    private Guest connect() {
        Guest guest = shell.connect();
        guests.add(guest);
        return guest;
    }

    /** A client whose commands wait until {@link #release}. */
    private Guest blocked() {
        Guest guest = connect().send("RAFTSNAPSHOT");
        shell.stage.run();
        requests.add(shell.loop.request);
        return guest;
    }

    private void release() {
        requests.forEach(request -> request.complete(null));
        shell.commitAll();
        shell.stage.run();
    }

    @AfterEach
    void allIsGivenBack() {
        release();
        for (Guest guest : guests) {
            guest.session.closed();
        }
        shell.stage.run();
        for (Guest guest : guests) {
            assertEquals(0, guest.session.heldBytes());
            assertEquals(0, guest.session.recordedBytes);
        }
        assertEquals(0, budget.held());
    }

    private static void submit(Guest guest, String name, int bytes) {
        guest.session.submit(Command.of(name, new byte[bytes]));
        guest.session.flush();
    }

    private static int count(String text, String part) {
        return text.split(part, -1).length - 1;
    }

    @Test
    void aCommandThatNeedsNoOtherStageHoldsWhatItHoldsWhileItWaits() {
        Guest guest = blocked();
        submit(guest, "ECHO", MEGABYTE);
        assertTrue(guest.session.heldBytes() > MEGABYTE, guest.session.heldBytes() + " bytes");
        submit(guest, "ECHO", MEGABYTE);
        assertFalse(guest.connection.reading, "a quarter of the budget for one client");
        release();
        assertEquals(0, guest.session.heldBytes());
        assertTrue(guest.connection.reading);
    }

    @Test
    void everyKindOfCommandCounts() {
        for (String name : List.of("ECHO", "PING", "inc", "get", "INFO", "RAFTADDPEER", "hello", "COMMAND")) {
            Guest guest = blocked();
            Command command = name.equals("get") ? large("when") : Command.of(name, new byte[300_000]);
            guest.session.submit(command, ReadOptions.at(Consistency.LOW));
            guest.session.flush();
            assertTrue(guest.session.heldBytes() > 300_000, name + ": " + guest.session.heldBytes() + " bytes");
            assertTrue(budget.held() > 290_000, name + ": " + budget.held() + " bytes");
            release();
            shell.loop.request.complete(null);
            shell.stage.run();
            assertEquals(0, guest.session.heldBytes(), name);
        }
    }

    private static Command large(String name) {
        return Command.of(name, new byte[300_000]);
    }

    @Test
    void clientsThatTogetherHoldTooMuchAreRefusedInTheirPlacesAndSmallOnesServed() {
        for (int i = 0; i < 20; i++) {
            submit(blocked(), "ECHO", MEGABYTE);
        }
        assertTrue(budget.held() <= LIMIT && budget.held() > LIMIT - 2 * MEGABYTE, budget.held() + " bytes");
        Guest small = connect().send("inc", "PING");
        small.read(Consistency.LOW, "get");
        Guest large = connect();
        submit(large, "inc", MEGABYTE);
        assertEquals(BUSY, large.received());
        submit(large, "ECHO", MEGABYTE);
        assertTrue(large.received().startsWith("$"), "who waits for nobody holds nothing");
        shell.commitAll();
        assertEquals(":1 +PONG :1", small.received());
        int refused = 0;
        release();
        for (Guest guest : guests) {
            refused += count(guest.received(), BUSY);
        }
        assertTrue(refused >= 12 && refused <= 13, refused + " refused");
    }

    /** Else what follows would be read in another way than its client, who sent it along, has just asked for. */
    @Test
    void howAConnectionReadsIsSetHoweverLittleMemoryThereIs() {
        for (int i = 0; i < 20; i++) {
            submit(blocked(), "ECHO", MEGABYTE);
        }
        Guest guest = blocked();
        guest.session.submit(Command.of("RAFT", "READ", "low", "MINIMUM"));
        submit(guest, "ECHO", MEGABYTE);
        guest.session.submit(Command.of("RAFT", "READ", "low"));
        guest.session.flush();
        release();
        assertTrue(guest.received().endsWith("-ERR syntax error " + BUSY + " +OK"), guest.received());
    }

    @Test
    void aRefusalWaitsForItsTurnLikeAnyReply() {
        for (int i = 0; i < 20; i++) {
            submit(blocked(), "ECHO", MEGABYTE);
        }
        Guest guest = connect();
        guest.session.submit(Command.of("inc"));
        guest.session.submit(Command.of("inc", new byte[MEGABYTE]));
        guest.session.submit(Command.of("get"), ReadOptions.at(Consistency.LOW));
        guest.session.flush();
        assertEquals(1, shell.loop.submitted.size());
        shell.commitAll();
        assertEquals(":1 " + BUSY + " :1", guest.received());
    }

    @Test
    void howToReadIsNotRefusedAsItHasTakenEffect() {
        budget.account(0, LIMIT + Budget.UNCOUNTED);
        Guest guest = blocked();
        for (int i = 0; i < 1000; i++) {
            guest.send("PING");
        }
        guest.send("RAFT READ LOW");
        budget.account(LIMIT + Budget.UNCOUNTED, 0);
        release();
        assertTrue(guest.received().endsWith(BUSY + " +OK"), guest.received());
    }

    @Test
    void shortCommandsHoldTheArrayThatTheyShareUntilTheLastOfThemIsAnswered() {
        byte[] read = "incinc".repeat(10_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        Guest guest = connect();
        for (int i = 0; i < 3; i++) {
            guest.session.submit(new Command(read, new int[] {3 * i, 3 * i + 3}));
        }
        guest.session.flush();
        long all = guest.session.heldBytes();
        assertTrue(all > read.length && all < read.length + 3000, all + " bytes");
        Operation[] two = {shell.loop.take(), shell.loop.take()};
        shell.commit(two);
        shell.stage.run();
        assertTrue(guest.session.heldBytes() > read.length, guest.session.heldBytes() + " bytes");
        release();
        assertEquals(0, guest.session.heldBytes());
    }

    @Test
    void aBatchThatHoldsTwoArraysCountsBoth() {
        Guest guest = connect();
        guest.session.submit(Command.of("inc", new byte[100_000]));
        guest.session.submit(Command.of("inc", new byte[200_000]));
        guest.session.flush();
        long all = guest.session.heldBytes();
        assertTrue(all > 300_000 && all < 303_000, all + " bytes");
    }

    @Test
    void whoFloodsTheNodeWithWhatCannotBeRefusedIsDisconnected() {
        Guest guest = blocked();
        for (int i = 0; i < 100_000; i++) {
            guest.session.reply(sink -> sink.simple("transport's own"));
        }
        guest.session.flush();
        assertTrue(guest.connection.closed);
        assertTrue(budget.held() <= LIMIT + LIMIT / 8, budget.held() + " bytes");
        assertTrue(budget.held() > LIMIT + LIMIT / 8 - 1000, budget.held() + " bytes");
        Guest modest = blocked();
        modest.session.reply(sink -> sink.simple("transport's own"));
        modest.session.flush();
        assertFalse(modest.connection.closed, "who takes little is served whatever the others hold");
    }

    @Test
    void longErrorsOfTheApplicationCountToo() {
        Guest guest = blocked();
        guest.session.error("ERR " + "x".repeat(MEGABYTE));
        guest.session.flush();
        assertTrue(guest.session.heldBytes() > MEGABYTE);
        for (int i = 0; i < 20; i++) {
            guest.session.error("ERR " + "x".repeat(MEGABYTE));
        }
        guest.session.flush();
        assertTrue(budget.held() <= LIMIT + LIMIT / 8, budget.held() + " bytes");
    }

    @Test
    void aWriteWhoseReplyIsTooLongToWaitIsAnsweredUnknownAndAShortReplyKept() {
        Guest guest = blocked();
        for (int i = 0; i < 5; i++) {
            guest.send("swap", "inc");
        }
        shell.commitAll();
        shell.stage.run();
        assertTrue(guest.session.recordedBytes <= budget.share(), guest.session.recordedBytes + " bytes");
        release();
        String received = guest.received();
        assertEquals(3, count(received, "-UNKNOWN the command was carried out, but its reply was too long"));
        assertEquals(2, count(received, "\\$"));
        for (int i = 1; i <= 5; i++) {
            assertTrue(received.contains(" :" + 2 * i), "all took effect: " + i);
        }
    }

    @Test
    void aReplyThatIsRecordedCountsInTheBudgetOfAll() {
        Guest guest = blocked();
        guest.send("swap");
        shell.commitAll();
        shell.stage.run();
        assertTrue(budget.held() > MEGABYTE - 10_000, budget.held() + " bytes");
        guest.send("swap", "inc");
        budget.account(0, 1L << 40);
        shell.commitAll();
        shell.stage.run();
        budget.account(1L << 40, 0);
        release();
        String received = guest.received();
        assertEquals(1, count(received, "-UNKNOWN "));
        assertTrue(received.endsWith(" :3"), "a short one is paid for");
    }

    @Test
    void aClientThatIsGoneHoldsNothingOnceItsWritesAreDecided() {
        Guest guest = connect();
        submit(guest, "inc", MEGABYTE);
        submit(guest, "ECHO", MEGABYTE);
        guest.session.closed();
        shell.stage.run();
        assertTrue(budget.held() > MEGABYTE);
        Operation write = Objects.requireNonNull(shell.loop.take());
        shell.machines.fail(List.of(write), "UNKNOWN in time");
        shell.stage.run();
        assertEquals(0, budget.held());
    }
}
