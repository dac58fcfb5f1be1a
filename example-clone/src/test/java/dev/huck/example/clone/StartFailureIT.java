package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start that can't be ends with one clear line, a code that says so, and nothing damaged. */
class StartFailureIT {
    @TempDir
    Path folder;

    @Test
    void portInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String line = refusal(1, taken.getLocalPort());
            assertTrue(line.contains("127.0.0.1:" + taken.getLocalPort()), line);
        }
    }

    @Test
    void directoryOfARunningNode() throws Exception {
        NodeProcess first = new NodeProcess(folder.resolve("first"), Ports.free(), List.of("-l", "quiet"));
        try (first) {
            first.start();
            String line = refusal(1, Ports.free(), "-d", first.data().toString());
            assertTrue(line.contains("in use by another process"), line);
            assertEquals("PONG", first.ask("PING"));
        }
    }

    @Test
    void directoryOfSomethingElse() throws Exception {
        Path photos = Files.createDirectories(folder.resolve("photos"));
        Files.writeString(photos.resolve("cat.jpg"), "meow");
        String line = refusal(1, Ports.free(), "-d", photos.toString());
        assertTrue(line.contains(photos.toString()), line);
        assertEquals("meow", Files.readString(photos.resolve("cat.jpg")));
        try (var files = Files.list(photos)) {
            assertEquals(1, files.count(), "something was left there");
        }
    }

    @Test
    void directoryThatIsAFile() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "text");
        String line = refusal(1, Ports.free(), "-d", file.toString());
        assertTrue(line.contains("is not a directory"), line);
        assertEquals("text", Files.readString(file));
    }

    @Test
    void directoryThatMustNotBeRead() throws Exception {
        if (System.getProperty("user.name").equals("root")) {
            Programs.skip("root may read everything");
        }
        Path closed = Files.createDirectory(
                folder.resolve("closed"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("---------")));
        String line = refusal(1, Ports.free(), "-d", closed.toString());
        assertTrue(line.contains(closed.toString()), line);
    }

    @Test
    void unknownBackend() throws Exception {
        String line = refusal(2, Ports.free(), "--backend", "bolt");
        assertEquals("clone: --backend 'bolt': allowed are lmdb, memory", line);
    }

    @Test
    void addressThatIsNotLoopback() throws Exception {
        String line = refusal(1, Ports.free(), "-a", "0.0.0.0");
        assertTrue(line.contains("insecure"), line);
    }

    @Test
    void idOfAnotherNode() throws Exception {
        NodeProcess node = new NodeProcess(folder.resolve("node"), Ports.free(), List.of("-l", "quiet"));
        try (node) {
            node.start();
            assertEquals(0, node.terminate(), node.complained());
            String line = refusal(1, node.port(), "-d", node.data().toString(), "-n", "someone-else");
            assertTrue(line.contains("someone-else"), line);
            node.start();
        }
    }

    @Test
    void clusterThatIsNotThere() throws Exception {
        int nobody = Ports.free();
        String line = refusal(1, Ports.free(), "-j", "" + nobody, "--join-timeout", "2s");
        assertTrue(line.contains("127.0.0.1:" + nobody), line);
    }

    /** Starts a node that is to fail, and returns the one line that it prints. */
    private String refusal(int code, int port, String... options) throws Exception {
        Path own = folder.resolve("refused");
        NodeProcess node = new NodeProcess(own, port, List.of("-l", "quiet"));
        try (node) {
            node.launch(options);
            assertEquals(code, node.awaitExit(), node.complained());
            List<String> lines = node.complained().lines().toList();
            assertEquals(1, lines.size(), node.complained());
            assertTrue(lines.get(0).startsWith("clone: "), lines.get(0));
            return lines.get(0);
        }
    }
}
