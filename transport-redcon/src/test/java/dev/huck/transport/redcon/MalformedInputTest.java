package dev.huck.transport.redcon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever a client sends, it gets a clear error or is disconnected, memory stays, and others are served. */
class MalformedInputTest {
    private static final long MIB = 1 << 20;
    private Served served;
    private Wire bystander;

    @BeforeEach
    void open() throws IOException {
        served = new Served();
        bystander = served.connect();
        bystander.ask("PING\r\n", 7);
    }

    @AfterEach
    void close() throws IOException {
        assertEquals("+PONG\r\n", bystander.ask("PING\r\n", 7), "others are unharmed");
        served.close();
    }

    @Test
    void everyKindIsRefusedInRedisWords() throws IOException {
        Map<String, String> refusals = Map.ofEntries(
                Map.entry("*2147483647\r\n", "invalid multibulk length"),
                Map.entry("*-2147483649x\r\n", "invalid multibulk length"),
                Map.entry("*1\r\n$9223372036854775807\r\n", "invalid bulk length"),
                Map.entry("*1\r\n$99999999999999999999\r\n", "invalid bulk length"),
                Map.entry("*1\r\n$2147483647\r\n", "invalid bulk length"),
                Map.entry("*1\r\n$-1\r\n", "invalid bulk length"),
                Map.entry("*2\r\n$4\r\nECHO\r\n:1\r\n", "expected '$', got ':'"),
                Map.entry("set \"a\r\n", "unbalanced quotes in request"),
                Map.entry("x".repeat(70_000), "too big inline request"),
                Map.entry("*" + "1".repeat(70_000), "too big mbulk count string"),
                Map.entry("*1\r\n$" + "1".repeat(70_000), "too big bulk count string"));
        refusals.forEach((input, what) -> {
            try (Wire wire = new Wire(served.transport.address())) {
                assertEquals("-ERR Protocol error: " + what + "\r\n", wire.exchange(input));
            } catch (IOException e) {
                throw new AssertionError(what, e);
            }
        });
        assertEquals(List.of("ping"), served.engine.executed);
    }

    @Test
    void whatIsAnnouncedTakesNoMemory() throws IOException {
        List<Wire> announcing = new ArrayList<>();
        long before = used();
        for (int i = 0; i < 200; i++) {
            announcing.add(served.connect().send("PING\r\n*1000000\r\n$67000000\r\n"));
            announcing.add(served.connect().send("PING\r\n*1048576\r\n$3\r\nset\r\n$1000\r\nx"));
        }
        for (Wire wire : announcing) {
            assertEquals("+PONG\r\n", wire.read(7));
        }
        awaitHalfSent(400 * 20);
        assertTrue(used() - before < 64 * MIB, "memory grew by " + (used() - before));
    }

    @Test
    void aGigabyteOfInlineLineTakesNoMemory() throws IOException {
        long before = used();
        Wire wire = served.connect();
        byte[] piece = new byte[1 << 20];
        java.util.Arrays.fill(piece, (byte) 'x');
        long most = 0;
        try {
            for (int i = 0; i < 1024; i++) {
                wire.send(piece);
                if (i % 128 == 0) {
                    most = Math.max(most, used());
                }
            }
        } catch (SocketException e) {
            // closed already; the reason is still to be read
        }
        most = Math.max(most, used());
        assertEquals("-ERR Protocol error: too big inline request\r\n", wire.rest());
        assertTrue(most - before < 64 * MIB, "memory grew by " + (most - before));
    }

    @Test
    void theReasonIsReadableEvenWhileTheClientIsStillSending() throws IOException {
        for (int i = 0; i < 20; i++) {
            assertEquals("-ERR Protocol error: too big inline request\r\n", served.exchange("x".repeat(200_000)));
        }
    }

    @Test
    void manyEmptyArgumentsAreBoundedByTheirCount() throws IOException {
        long before = used();
        Wire wire = served.connect();
        wire.send("*1048577\r\n");
        assertEquals("-ERR Protocol error: invalid multibulk length\r\n", wire.rest());
        Wire many = served.connect();
        String arguments = "$0\r\n\r\n".repeat(1_000_000);
        many.send("*1048576\r\n" + arguments);
        awaitHalfSent(arguments.length());
        assertTrue(used() - before < 64 * MIB, "memory grew by " + (used() - before));
    }

    @Test
    void longCommandBeyondTheBudgetIsRefusedAndGivesBackWhatItHeld() throws IOException {
        served.close();
        served = new Served(Served.options().memoryBudgetBytes(8 << 20), true);
        bystander = served.connect();
        Wire wire = served.connect();
        wire.send("*2\r\n$4\r\nECHO\r\n$60000000\r\n");
        String refusal = "-BUSY commands that clients have half sent take too much memory; try again later\r\n";
        assertEquals(refusal, wire.send("x".repeat(9 << 20)).rest());
        Wire next = served.connect();
        next.send("PING\r\n*2\r\n$4\r\nECHO\r\n$60000000\r\n" + "x".repeat(1 << 20))
                .read(7);
        awaitHalfSent(1 << 20); // the refused one has given back what it had
    }

    @Test
    void shortCommandIsTakenWhateverOthersHold() throws IOException {
        served.close();
        served = new Served(Served.options().memoryBudgetBytes(1 << 20), true);
        bystander = served.connect();
        List<Wire> hogs = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Wire wire = served.connect();
            hogs.add(wire);
            wire.send("PING\r\n*2\r\n$4\r\nECHO\r\n$60000\r\n" + "x".repeat(50_000))
                    .read(7);
        }
        Wire modest = served.connect();
        modest.send("PING\r\n*2\r\n$4\r\nECHO\r\n$3000\r\n" + "x".repeat(2000)).read(7);
        assertEquals("$3000\r\n", modest.send("x".repeat(1000) + "\r\n").read(7));
        long refused = 0;
        for (Wire wire : hogs) {
            wire.socket.setSoTimeout(50);
            try {
                refused += wire.line().startsWith("-BUSY ") ? 1 : 0;
            } catch (java.net.SocketTimeoutException e) {
                // one that was early enough
            }
        }
        assertTrue(refused > 50 && refused < 100, "refused " + refused);
    }

    @Test
    void halfSentCommandsOfAllClientsTogetherAreBounded() throws IOException {
        served.close();
        served = new Served(Served.options().memoryBudgetBytes(8 << 20), true);
        bystander = served.connect();
        List<Wire> senders = new ArrayList<>();
        int refused = 0;
        for (int i = 0; i < 20; i++) {
            Wire wire = served.connect();
            senders.add(wire);
            wire.send("PING\r\n*2\r\n$4\r\nECHO\r\n$60000000\r\n" + "x".repeat(1 << 20));
            wire.read(7);
        }
        for (Wire wire : senders) {
            wire.socket.setSoTimeout(200);
            try {
                if (wire.line().startsWith("-BUSY ")) {
                    refused++;
                }
            } catch (java.net.SocketTimeoutException e) {
                // one that was early enough
            }
        }
        assertTrue(refused >= 10 && refused < 20, "refused " + refused);
    }

    /** What is measured earlier may still be in the socket. */
    private void awaitHalfSent(long bytes) {
        await().until(() -> served.exchange("CLIENT LIST\r\n")
                        .lines()
                        .filter(line -> line.contains(" qbuf="))
                        .mapToLong(line -> Long.parseLong(line.replaceAll(".* qbuf=(\\d+) .*", "$1")))
                        .sum()
                >= bytes);
    }

    /** Heap in use after a collection, and direct memory. */
    private static long used() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory()
                - runtime.freeMemory()
                + io.netty.util.internal.PlatformDependent.usedDirectMemory();
    }
}
