package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Good commands, and far too many of them for the node's heap: it refuses some, lives on, and serves another client. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
@Tag("long")
class CrowdedNodeIT {
    private static final String SMALL_HEAP = "-Xms16m -Xmx64m -XX:+ExitOnOutOfMemoryError -XX:TieredStopAtLevel=1"
            + " -XX:+UseSerialGC -XX:-UsePerfData -Xlog:disable -Xlog:all=warning:stderr";
    private static final String NOBODY = "127.0.0.1:1";
    private static final int CROWD = 1_000;
    private static final int HUGE = 900_000;

    private NodeProcess node;
    private Bystander bystander;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        node = new NodeProcess(folder, Ports.free(), List.of("--join-timeout", "20s")).jvm(SMALL_HEAP);
        node.start();
        ClusterProcesses.await("a leader", () -> "Leader".equals(node.stats().get("state")) ? node : null);
        bystander = new Bystander(node.port());
    }

    @AfterEach
    void end() throws Exception {
        try {
            bystander.assertServed();
            bystander.stop();
            System.out.println(bystander);
            assertTrue(node.isAlive(), () -> "the node has ended");
            assertFalse(node.complained().contains("\tat "), "a fault inside of the node: " + node.complained());
        } finally {
            node.close();
        }
    }

    private long underWay() {
        return Long.parseLong(node.info("memory").getOrDefault("commands_under_way_bytes", "-1"));
    }

    @Test
    void commandsThatPileUpBehindASlowOneDoNotTakeTheNodesMemory() throws Exception {
        String echo = "*2\r\n$4\r\nECHO\r\n$1000000\r\n" + "x".repeat(1_000_000) + "\r\n";
        List<SocketChannel> crowd = new ArrayList<>();
        try (Wire patient = new Wire(node.port())) {
            patient.say("RAFTADDPEER " + NOBODY + "\r\n" + echo + "PING\r\n");
            for (int i = 0; i < 12; i++) {
                SocketChannel client = Flood.deaf(node.port());
                crowd.add(client);
                client.write(ByteBuffer.wrap(
                        ("RAFTADDPEER 127.0.0.1:" + (i + 2) + "\r\n").getBytes(StandardCharsets.US_ASCII)));
            }
            // Each by itself is read no more long before the heap is full; together they use up the budget.
            assertTrue(Flood.isReadNoMore(crowd.get(0), echo), "closed");
            long budget = Long.parseLong(node.info("memory").get("commands_under_way_limit"));
            assertTrue(budget <= 8L << 20, budget + " bytes of 64 MB, whatever the option says");
            long one = underWay();
            assertTrue(one > budget / 8 && one < budget / 2, one + " bytes for one client");
            ByteBuffer[] rest = new ByteBuffer[crowd.size()];
            for (int i = 1; i < crowd.size(); i++) {
                rest[i] = ByteBuffer.wrap(echo.repeat(5).getBytes(StandardCharsets.US_ASCII));
            }
            for (int round = 0; round < 300; round++) {
                for (int i = 1; i < crowd.size(); i++) {
                    crowd.get(i).write(rest[i]);
                }
                Thread.sleep(5); // for the node to take it
            }
            long all = underWay();
            assertTrue(all > budget / 2 && all <= budget + budget / 8, all + " bytes for all");
            bystander.assertServed();
            assertEquals("PONG", node.ask("PING"));
            System.out.println("under way: " + one + " bytes of one client, " + all + " bytes of all");

            assertTrue(assertInstanceOf(Wire.Failure.class, patient.receive())
                    .message()
                    .startsWith("UNKNOWN"));
            assertEquals(1_000_000, ((String) patient.receive()).length());
            assertEquals("PONG", patient.receive());
        } finally {
            for (SocketChannel client : crowd) {
                client.close();
            }
        }
        ClusterProcesses.await("everything given back", () -> underWay() == 0 ? node : null);
    }

    @Test
    void longRepliesToManyClientsAtOnceDoNotTakeTheNodesMemory() throws Exception {
        String huge = "v".repeat(HUGE);
        assertEquals("OK", node.ask("SET", "huge", huge));
        List<SocketChannel> crowd = new ArrayList<>();
        int whole = 0;
        try {
            for (int i = 0; i < CROWD; i++) {
                crowd.add(Flood.deaf(node.port()));
            }
            // All of them in as few turns of the node as can be.
            node.pause();
            for (SocketChannel client : crowd) {
                client.write(ByteBuffer.wrap("GET huge\r\n".getBytes(StandardCharsets.US_ASCII)));
            }
            node.resume();
            bystander.assertServed();
            for (SocketChannel client : crowd) {
                whole += isWhole(client) ? 1 : 0;
            }
        } finally {
            for (SocketChannel client : crowd) {
                client.close();
            }
        }
        System.out.println(whole + " of " + CROWD + " clients got their whole reply");
        assertTrue(whole > 0, "nobody got a reply");
        assertEquals(huge, node.ask("GET", "huge"));
    }

    /** Reads a reply to its end; false when the node closes before. */
    private static boolean isWhole(SocketChannel client) throws IOException {
        client.configureBlocking(true);
        ByteBuffer some = ByteBuffer.allocate(1 << 20);
        int left = HUGE + "$900000\r\n\r\n".length();
        try {
            while (left > 0) {
                some.clear();
                int read = client.read(some);
                if (read < 0) {
                    return false;
                }
                left -= read;
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
