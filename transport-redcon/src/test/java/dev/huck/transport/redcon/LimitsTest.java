package dev.huck.transport.redcon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Options;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LimitsTest {
    private static final String PEER = "\u00f5HK\u0001";

    @Test
    void aClientTooManyIsToldSo() throws IOException {
        try (Served served = served(Served.options().maxConnections(2))) {
            Wire first = served.connect();
            first.ask("PING\r\n", 7);
            Wire second = served.connect();
            second.ask("PING\r\n", 7);
            assertEquals(
                    "-ERR max number of clients reached\r\n",
                    served.connect().send("PING\r\n").rest());
            first.ask("PING\r\n", 7);
            first.close();
            await().until(() -> served.exchange("PING\r\n").equals("+PONG\r\n"));
        }
    }

    @Test
    void aSilentClientTooManyIsToldSo() throws IOException {
        try (Served served = served(Served.options().maxConnections(1))) {
            served.connect().ask("PING\r\n", 7);
            assertEquals(
                    "-ERR max number of clients reached\r\n", served.connect().rest());
        }
    }

    @Test
    void clientsLockOutNoPeer() throws Exception {
        try (Served served = served(Served.options().maxConnections(1))) {
            served.connect().ask("PING\r\n", 7);
            served.connect().send(PEER + "\0\0\0\2hi");
            assertEquals("hi", new String(served.engine.frames.take(), java.nio.charset.StandardCharsets.US_ASCII));
        }
    }

    @Test
    void aPeerTakesNoSeatOfAClient() throws Exception {
        try (Served served = served(Served.options().maxConnections(1))) {
            served.connect().send(PEER + "\0\0\0\2hi");
            served.engine.frames.take();
            assertEquals("+PONG\r\n", served.connect().ask("PING\r\n", 7));
        }
    }

    @Test
    void anIdleClientIsDisconnected() throws IOException {
        try (Served served = served(Served.options().idleTimeout(Duration.ofMillis(500)))) {
            Wire wire = served.connect();
            wire.ask("PING\r\n", 7);
            assertEquals("", wire.rest());
        }
    }

    @Test
    void aHalfSentCommandIsNotWaitedForTooLong() throws IOException {
        try (Served served = served(Served.options().partialCommandTimeout(Duration.ofMillis(500)))) {
            assertEquals(
                    "+PONG\r\n", served.connect().send("PING\r\n*2\r\n$4\r\nEC").rest());
        }
    }

    @Test
    void aHalfSentGreetingIsNotWaitedForTooLong() throws IOException {
        try (Served served = served(Served.options().partialCommandTimeout(Duration.ofMillis(500)))) {
            served.connect().send(PEER.substring(0, 2)).rest();
        }
    }

    @Test
    void aBusyClientWhoseReadsEndInsideCommandsStays() throws Exception {
        try (Served served = served(Served.options().partialCommandTimeout(Duration.ofSeconds(1)))) {
            Wire wire = served.connect();
            wire.send("PI");
            long end = System.nanoTime() + Duration.ofMillis(2500).toNanos();
            while (System.nanoTime() < end) {
                assertEquals("+PONG\r\n", wire.ask("NG\r\nPI", 7));
                Thread.sleep(5); // paces the client; nothing is waited for
            }
        }
    }

    @Test
    void aSlowReaderIsDisconnectedAndOthersAreNot() throws IOException {
        try (Served served = served(Served.options().maxOutputBytes(4 << 20))) {
            Wire slow = served.connect();
            slow.socket.setReceiveBufferSize(4096);
            Wire other = served.connect();
            // The commands of one read: reading stops only after it, so all of their replies must be kept somewhere.
            slow.send("ZEROS 1000000\r\n".repeat(100));
            await().until(() -> served.engine.sessions.get(0).closed);
            assertEquals("+PONG\r\n", other.ask("PING\r\n", 7));
        }
    }

    @Test
    void slowReadersTogetherTakeNoMoreThanThereIsMemoryForAndWhoReadsIsServed() throws IOException {
        try (Served served = served(Served.options().memoryBudgetBytes(8 << 20))) {
            List<Wire> slow = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Wire wire = served.connect();
                wire.socket.setReceiveBufferSize(4096);
                wire.send("ZEROS 1000000\r\n".repeat(6)); // each of them may hold that much, all together may not
                slow.add(wire);
            }
            Wire other = served.connect();
            await().until(() ->
                    served.engine.sessions.stream().filter(s -> s.closed).count() >= 10);
            assertEquals("+PONG\r\n", other.ask("PING\r\n", 7));
            for (Wire wire : slow) {
                wire.close();
            }
            await().until(() ->
                    served.engine.sessions.stream().filter(s -> s.closed).count() == 20);
            assertEquals(
                    6 * 1_000_000,
                    other.ask("ZEROS 1000000\r\n".repeat(6), 6 * 1_000_012).length() - 6 * 12);
        }
    }

    @Test
    void aClientThatDoesNotReadIsNotReadFrom() throws Exception {
        try (Served served = new Served(Served.options(), false)) {
            Wire slow = served.connect();
            String command = "ZEROS 1000\r\n";
            Thread sender = new Thread(() -> {
                try {
                    slow.send(command.repeat(100_000));
                } catch (IOException e) {
                    // closed at the end
                }
            });
            sender.start();
            Wire other = served.connect();
            await().until(() -> settled(served, other));
            assertTrue(served.engine.executed.size() < 50_000, "executed " + served.engine.executed.size());
            assertTrue(!served.engine.sessions.get(0).closed);
            slow.close();
            sender.join();
        }
    }

    /** Whether nothing was executed between two answers that another client got. */
    private static boolean settled(Served served, Wire other) throws Exception {
        long before = served.engine.executed.stream().filter("zeros"::equals).count();
        for (int i = 0; i < 100; i++) {
            other.ask("PING\r\n", 7);
        }
        long after = served.engine.executed.stream().filter("zeros"::equals).count();
        return before > 0 && before == after;
    }

    private static Served served(Options.Builder options) throws IOException {
        return new Served(options, true);
    }
}
