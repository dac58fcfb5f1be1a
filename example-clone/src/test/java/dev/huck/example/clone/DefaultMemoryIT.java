package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With the launcher's own flags, malformed input makes a node's memory grow by little. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class DefaultMemoryIT {
    private static final long MOST_GROWTH = 64L << 20;
    private static final int CLIENTS = 100;

    @Test
    void malformedInputTakesLittleMemory(@TempDir Path folder) throws Exception {
        if (!ProcessMemory.isKnown()) {
            Programs.note("this system does not tell what memory a process has");
            assumeTrue(false);
        }
        try (NodeProcess node = new NodeProcess(folder, Ports.free(), List.of()).start()) {
            ClusterProcesses.await(
                    "a leader", () -> "Leader".equals(node.stats().get("state")) ? node : null);
            Bystander bystander = new Bystander(node.port());
            // What is loaded and compiled for ordinary clients counts for nothing.
            for (int i = 0; i < 1_000; i++) {
                assertEquals("PONG", node.ask("PING"));
            }
            bystander.assertServed();
            ProcessMemory memory = new ProcessMemory(node.pid());
            long before = memory.now();
            sendAll(node);
            bystander.assertServed();
            long growth = memory.most() - before;
            System.out.printf(
                    "anonymous memory: %d MiB before, grew by %d MiB; %s%n", before >> 20, growth >> 20, bystander);
            memory.stop();
            bystander.stop();
            assertTrue(growth < MOST_GROWTH, "memory grew by " + (growth >> 20) + " MiB");
        }
    }

    private static void sendAll(NodeProcess node) throws Exception {
        String[] refused = {
            "*2147483647\r\n", "*1\r\n$9223372036854775807\r\n", "*1\r\n$-1\r\n", "*1\r\n$-9223372036854775808\r\n",
        };
        List<Wire> halves = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                for (String input : refused) {
                    try (Wire wire = new Wire(node.port())) {
                        assertTrue(wire.say(input).rest().startsWith("-ERR Protocol error: invalid "), input);
                    }
                }
                try (Wire wire = new Wire(node.port())) {
                    assertEquals("PONG", wire.say("*-2147483648\r\nPING\r\n").receive());
                }
                try (Wire wire = new Wire(node.port())) {
                    assertEquals(
                            "",
                            wire.say("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                                    .rest());
                }
                Wire half = new Wire(node.port());
                halves.add(half);
                half.say("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$60000000\r\n" + "v".repeat(100_000));
            }
            for (int i = 0; i < 3; i++) {
                assertEquals("-ERR Protocol error: too big inline request\r\n", Flood.answer(node.port(), "SET k "));
            }
        } finally {
            for (Wire half : halves) {
                half.close();
            }
        }
    }
}
