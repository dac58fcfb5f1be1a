package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk that is full ends the node, clearly, and costs nothing that was acknowledged. */
class DiskFullIT {
    private static final String VALUE = "v".repeat(32 * 1024);
    /** Many times what the small disk holds. */
    private static final int WRITES = 10_000;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"lmdb", "chronicle"})
    void nodeEndsWithOneClearLineAndKeepsWhatItAcknowledged(String backend) throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        if (run("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk.toString()) != 0) {
            Programs.skip("a small file system can't be mounted: that needs root");
        }
        int acknowledged;
        Path larger = folder.resolve("larger");
        try (NodeProcess node = new NodeProcess(
                folder.resolve("small"), Ports.free(), List.of("-l", "warning", "--backend", backend))) {
            node.start("-d", disk.resolve("data").toString());
            acknowledged = writeUntilItEnds(node);
            assertEquals(3, node.awaitExit(), node.complained());
            assertOneClearLine(node.complained());
            copy(disk.resolve("data"), larger);
        } finally {
            assertEquals(0, run("umount", disk.toString()));
        }
        assertTrue(acknowledged > 50, "only " + acknowledged + " writes: the test says little");
        try (NodeProcess node = new NodeProcess(folder.resolve("again"), Ports.free(), List.of())) {
            node.start("-d", larger.toString());
            ClusterProcesses.await(
                    "a leader", () -> "Leader".equals(node.stats().get("state")) ? node : null);
            for (int i = 0; i < acknowledged; i++) {
                assertEquals(VALUE + i, node.ask("GET", "k" + i), "k" + i + " was acknowledged");
            }
            assertEquals("OK", node.ask("SET", "after", "value"));
        }
    }

    /** Returns how many keys, from the first on, were acknowledged. */
    private static int writeUntilItEnds(NodeProcess node) throws Exception {
        ClusterProcesses.await("a leader", () -> "Leader".equals(node.stats().get("state")) ? node : null);
        int acknowledged = 0;
        try (Wire wire = new Wire(node.port())) {
            while (acknowledged < WRITES && "OK".equals(wire.call("SET", "k" + acknowledged, VALUE + acknowledged))) {
                acknowledged++;
            }
        } catch (IOException e) {
            return acknowledged; // closed before the answer: its outcome is not known
        }
        assertTrue(acknowledged < WRITES, "the disk is never full");
        return acknowledged;
    }

    private static void assertOneClearLine(String complained) {
        List<String> lines = complained.lines().toList();
        assertEquals(2, lines.size(), complained); // that of the log, and that of the process
        assertTrue(lines.get(0).contains("this node stops: "), complained);
        assertTrue(lines.get(1).matches("clone: stopped: .*disk full: .*/disk/data/.* failed: .*"), complained);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
