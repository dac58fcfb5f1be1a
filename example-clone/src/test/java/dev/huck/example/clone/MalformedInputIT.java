package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever bytes clients send to a node, they get a clear error or are disconnected; its memory stays, and another client
 * is served all the time. One node for all tests: what one of them leaves behind counts against the next.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class MalformedInputIT {
    /** A heap of this size for everything: a node that kept what a client sends or announces would soon be out of it. */
    private static final String SMALL_HEAP = "-Xms16m -Xmx64m -XX:+ExitOnOutOfMemoryError"
            // Compilers of one kind, as those of the other take tens of megabytes whenever they like.
            + " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -Xlog:disable -Xlog:all=warning:stderr";
    /** As befits that heap. */
    private static final String[] LIMITS = {"--memory-budget", "16mb", "--max-output", "8mb"};

    private static final long HALF_SENT_MILLIS = 5_000;
    private static final long MOST_GROWTH = 64L << 20;
    private static final int CROWD = 3_000;
    private static final String BUSY =
            "-BUSY commands that clients have half sent take too much memory; try again later\r\n";

    private NodeProcess node;
    private Bystander bystander;
    private ProcessMemory memory;
    private long memoryBefore;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        List<String> options = new ArrayList<>(List.of(LIMITS));
        options.addAll(List.of("--partial-command-timeout", HALF_SENT_MILLIS + "ms"));
        node = new NodeProcess(folder, Ports.free(), options).jvm(SMALL_HEAP);
        node.start();
        ClusterProcesses.await("a leader", () -> "Leader".equals(node.stats().get("state")) ? node : null);
        bystander = new Bystander(node.port());
        warmUp();
        if (ProcessMemory.isKnown()) {
            memory = new ProcessMemory(node.pid());
            memoryBefore = memory.now();
        } else {
            Programs.note("this system does not tell what memory a process has; only its heap is bounded");
        }
    }

    /** What is loaded and compiled once counts for nothing. */
    private void warmUp() throws Exception {
        for (int i = 0; i < 200; i++) {
            assertEquals("PONG", node.ask("PING"));
            try (Wire wire = new Wire(node.port())) {
                wire.say("*x\r\n").rest();
            }
        }
        bystander.assertServed();
        Process collect = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), "" + node.pid(), "GC.run")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertEquals(0, collect.waitFor());
        assertEquals("PONG", node.ask("PING"));
    }

    @AfterEach
    void othersAreServedAndMemoryStays() throws Exception {
        bystander.assertServed();
        if (memory != null) {
            long growth = memory.most() - memoryBefore;
            assertTrue(growth < MOST_GROWTH, "memory grew by " + (growth >> 20) + " MiB");
        }
    }

    @AfterAll
    void end() throws Exception {
        try {
            if (memory != null) {
                System.out.printf(
                        "anonymous memory: %d MiB before, %d MiB at most, %d MiB at the end; %s%n",
                        memoryBefore >> 20, memory.most() >> 20, memory.now() >> 20, bystander);
                memory.stop();
            }
            bystander.stop();
            assertFalse(node.complained().contains("\tat "), "a fault inside of the node: " + node.complained());
        } finally {
            node.close();
        }
    }

    // ---- lengths

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*2147483647 | invalid multibulk length",
                "*9223372036854775808 | invalid multibulk length",
                "*1048577 | invalid multibulk length",
                "*many | invalid multibulk length",
                "*1,$9223372036854775807 | invalid bulk length",
                "*1,$9223372036854775808 | invalid bulk length",
                "*1,$2147483647 | invalid bulk length",
                "*1,$-1 | invalid bulk length",
                "*1,$-9223372036854775808 | invalid bulk length",
                "*1,$ | invalid bulk length",
                "*2,$3,GET,:1 | expected '$', got ':'",
                "GET \"a | unbalanced quotes in request",
            })
    void isRefusedInRedisWords(String lines, String what) throws Exception {
        String input = lines.replace(',', '\n').replace("\n", "\r\n") + "\r\n";
        assertEquals(protocolError(what), answer(input));
        assertEquals("+PONG\r\n" + protocolError(what), answer("PING\r\n" + input), "behind a good command");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*-1\r\n", "*0\r\n", "*-2147483648\r\n", "\r\n", "\n"})
    void countThatIsNoneIsIgnored(String nothing) throws Exception {
        try (Wire wire = new Wire(node.port())) {
            assertEquals("PONG", wire.say(nothing.repeat(10_000) + "PING\r\n").receive());
        }
    }

    // ---- gigabytes

    @Test
    void gigabyteOfALineIsNotTakenIn() throws Exception {
        assertEquals(protocolError("too big inline request"), answerToFlood("SET k "));
        assertEquals(protocolError("too big mbulk count string"), answerToFlood("*"));
        assertEquals(protocolError("too big bulk count string"), answerToFlood("*3\r\n$"));
    }

    @Test
    void gigabyteThatIsAnnouncedIsNotTakenIn() throws Exception {
        assertEquals(
                protocolError("invalid bulk length"), answerToFlood("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1073741824\r\n"));
    }

    @Test
    void lengthThatIsAllowedIsTakenInUpToTheBudget() throws Exception {
        assertEquals(BUSY, answerToFlood("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$67000000\r\n"));
        assertEquals(BUSY, answerToFlood("*1000000\r\n" + "$1\r\nk\r\n".repeat(100_000) + "$60000000\r\n"));
    }

    private String answerToFlood(String begin) throws Exception {
        return Flood.answer(node.port(), begin);
    }

    // ---- other protocols

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nSET http done\r\n",
                "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 15\r\n\r\nSET http done\r\n",
                "POST /\r\n\r\n*3\r\n$3\r\nSET\r\n$4\r\nhttp\r\n$4\r\ndone\r\n",
                "OPTIONS * HTTP/1.1\r\n\r\nSET http done\r\n",
                "Host: 127.0.0.1\r\nSET http done\r\n",
            })
    void httpRequestIsClosedAndNothingOfItExecuted(String request) throws Exception {
        assertEquals("", answer(request));
        try (Wire wire = new Wire(node.port())) {
            wire.say(request.substring(0, request.indexOf("\r\n") + 2));
            assertEquals("", wire.rest(), "in pieces");
        }
        assertNull(node.ask("GET", "http"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "%", "~", ">", "|", "("})
    void aggregatesWithinACommandAreRefused(String type) throws Exception {
        String deep = (type + "1\r\n").repeat(100_000);
        assertEquals(protocolError("expected '$', got '" + type + "'"), answer("*1\r\n" + deep));
        String hello = answer("HELLO 3\r\nQUIT\r\n");
        assertTrue(hello.startsWith("%7\r\n"), hello);
        hello = hello.replaceFirst("\\+OK\r\n$", "");
        assertEquals(
                hello.replaceFirst("id\r\n:\\d+", "id\r\n:?") + protocolError("expected '$', got '" + type + "'"),
                answer("HELLO 3\r\n*2\r\n" + deep).replaceFirst("id\r\n:\\d+", "id\r\n:?"));
    }

    // ---- too little

    @Test
    void halfACommandIsNotWaitedForTooLong() throws Exception {
        List<Wire> halves = new ArrayList<>();
        try (Wire silent = new Wire(node.port())) {
            assertEquals("PONG", silent.call("PING"));
            long begun = System.nanoTime();
            for (String half : List.of("*2\r\n$3\r\nGET\r\n$5\r\nhe", "*2\r\n$3", "SET k", "*")) {
                Wire wire = new Wire(node.port());
                halves.add(wire);
                assertEquals("PONG", wire.say("PING\r\n" + half).receive());
            }
            for (Wire wire : halves) {
                assertEquals("", wire.rest());
                long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
                assertTrue(millis > HALF_SENT_MILLIS / 2, "closed after " + millis + " ms");
            }
            assertEquals("PONG", silent.call("PING"), "who is merely silent stays");
        } finally {
            for (Wire wire : halves) {
                wire.close();
            }
        }
    }

    @Test
    void crowdWithHalfCommandsIsHeldWithinTheBudget() throws Exception {
        String[] halves = {"*3\r\n$3\r\nSE", "SET k v", "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$60000\r\n" + "v".repeat(50_000)
        };
        List<Wire> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < CROWD; i++) {
                Wire wire = new Wire(node.port());
                crowd.add(wire);
                try {
                    wire.say(halves[i % halves.length]);
                } catch (IOException e) {
                    // Refused while it was sending.
                }
            }
            assertEquals("PONG", node.ask("PING"), "there is room for one more");
            long there = Long.parseLong(node.info("clients").getOrDefault("connected_clients", "0"));
            assertTrue(there > CROWD / halves.length, "only " + there + " at once: the test says little");
            int refused = 0;
            for (Wire wire : crowd) {
                String answer = wire.rest();
                assertTrue(answer.isEmpty() || answer.equals(BUSY), answer);
                refused += answer.isEmpty() ? 0 : 1;
            }
            // Of those with much in hand; not of the others, however many.
            assertTrue(refused > CROWD / 10 && refused < CROWD / halves.length, "refused " + refused + " of " + CROWD);
        } finally {
            for (Wire wire : crowd) {
                wire.close();
            }
        }
    }

    // ---- replies that nobody reads

    @Test
    void whoReadsNoRepliesIsReadNoMore() throws Exception {
        assertEquals("OK", node.ask("SET", "small", "v".repeat(100)));
        try (SocketChannel client = Flood.deaf(node.port())) {
            assertTrue(Flood.isReadNoMore(client, "GET small\r\n"), "closed");
        }
    }

    @Test
    void whoAsksForTooMuchAndReadsNothingIsDisconnected() throws Exception {
        assertEquals("OK", node.ask("SET", "large", "v".repeat(100_000)));
        try (SocketChannel client = Flood.deaf(node.port())) {
            assertFalse(Flood.isReadNoMore(client, "GET large\r\n"), "still there");
        }
    }

    private String answer(String input) throws IOException {
        try (Wire wire = new Wire(node.port())) {
            try {
                wire.say(input);
            } catch (IOException e) {
                // Refused while it was sending; why is still to be read.
            }
            return wire.rest();
        }
    }

    private static String protocolError(String what) {
        return "-ERR Protocol error: " + what + "\r\n";
    }
}
