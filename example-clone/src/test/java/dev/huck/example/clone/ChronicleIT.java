package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes whose log is on Chronicle Queue, as the launcher starts them. */
class ChronicleIT {
    private static final int KEYS = 3_000;
    private static final String MARK = "a value that is found again in a file";

    @TempDir
    Path folder;

    @Test
    void nodeSaysNothingOfWhatChronicleDoesAndFindsItsLogAgainWithoutBeingTold() throws Exception {
        try (NodeProcess node = new NodeProcess(
                folder, "127.0.0.1", Ports.free(), List.of("--backend", "chronicle", "-l", "warning"))) {
            node.start();
            lead(node);
            assertEquals("OK", node.ask("SET", "kept", "value"));
            assertEquals(0, node.terminate(), node.complained());
            assertEquals("", node.complained());
        }
        try (NodeProcess node = new NodeProcess(folder, "127.0.0.1", Ports.free(), List.of("-l", "warning"))) {
            node.start();
            lead(node);
            assertEquals("value", node.ask("GET", "kept"));
            assertFalse(Files.exists(node.data().resolve("log/data.mdb")));
        }
    }

    private static void lead(NodeProcess node) throws Exception {
        ClusterProcesses.await("a leader", () -> "Leader".equals(node.stats().get("state")) ? node : null);
    }

    @Test
    void allThreeKilledAtOnceLoseNothing() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(folder, "--backend", "chronicle").grow(3)) {
            Checks.fill(cluster.awaitLeader(), "before:", KEYS);
            List<NodeProcess> nodes = cluster.alive();
            for (NodeProcess node : nodes) {
                node.kill();
            }
            for (NodeProcess node : nodes) {
                node.start();
            }
            Checks.holds(cluster.awaitLeader(), "before:", KEYS);
        }
    }

    @Test
    void nodeWithADamagedLogStartsRecoversAndNothingIsLost() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(folder, "--backend", "chronicle").grow(3)) {
            NodeProcess leader = cluster.awaitLeader();
            assertEquals("OK", leader.ask("SET", "marked", MARK));
            Checks.fill(leader, "before:", KEYS);
            cluster.awaitCaughtUp();
            NodeProcess damaged = cluster.others(leader).get(0);
            assertEquals(0, damaged.terminate(), damaged.complained());
            flip(damaged.data().resolve("log"));
            damaged.start();
            ClusterProcesses.awaitRecovered(damaged);
            cluster.awaitCaughtUp();
            assertTrue(damaged.complained().contains("checksum of the payload"), damaged.complained());
            assertTrue(Files.isDirectory(damaged.data().resolve("log.bad")));
            leader.kill();
            NodeProcess next = cluster.awaitLeader();
            assertEquals(MARK, next.ask("GET", "marked"));
            Checks.holds(next, "before:", KEYS);
        }
    }

    private static void flip(Path log) throws IOException {
        byte[] mark = MARK.getBytes(StandardCharsets.US_ASCII);
        int found = 0;
        try (Stream<Path> all = Files.walk(log)) {
            for (Path file :
                    all.filter(path -> path.toString().endsWith(".cq4")).toList()) {
                String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                int at = content.indexOf(MARK);
                if (at >= 0) {
                    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
                        opened.seek(at);
                        opened.write(mark[0] ^ 1);
                        found++;
                    }
                }
            }
        }
        assertTrue(found > 0, "the value is in no file");
    }
}
