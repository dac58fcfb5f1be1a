package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
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

    /** Of each a name in the directory, or none for the directory itself, and the mode that it gets. */
    @Test
    void whatMayNotBeReadOrWrittenIsNamedAndNothingIsDamaged() throws Exception {
        NodeProcess node = new NodeProcess(folder.resolve("node"), Ports.free(), List.of("-l", "quiet"))
                .through(FileModes.obeyed(folder));
        try (node) {
            node.start();
            ClusterProcesses.await("a leader", () -> "OK".equals(node.ask("SET", "k", "v")) ? node : null);
            assertEquals("OK", node.ask("RAFTSNAPSHOT"));
            assertEquals(0, node.terminate(), node.complained());
            Map<String, String> before = contents(node.data());
            for (String closed : List.of(
                    " ---------",
                    " -wx------",
                    " r-x------",
                    "LOCK r--------",
                    "node -w-------",
                    "node r--------",
                    "log ---------",
                    "log rw-------",
                    "log r-x------",
                    "log/data.mdb -w-------",
                    "log/data.mdb r--------",
                    "log/lock.mdb r--------",
                    "log/extent r--------",
                    "snapshots ---------",
                    "snapshots r-x------",
                    "snapshots/* -w-------")) {
                int space = closed.indexOf(' ');
                assertRefused(node, closed.substring(0, space), closed.substring(space + 1));
                assertEquals(before, contents(node.data()), "changed by a start that could not be, with " + closed);
            }
            node.start();
            ClusterProcesses.await("a leader", () -> "v".equals(node.ask("GET", "k")) ? node : null);
        }
    }

    private void assertRefused(NodeProcess node, String name, String mode) throws Exception {
        Path path = name.endsWith("*")
                ? onlyFile(node.data().resolve("snapshots"))
                : node.data().resolve(name);
        String open = FileModes.set(path, mode);
        try {
            String line = refusal(1, node, "-d", node.data().toString());
            assertTrue(
                    line.startsWith("clone: can't start: " + path.toRealPath()
                                    + " can't be read and written by the user '")
                            && line.endsWith("': change its owner or its mode"),
                    mode + " " + path + ": " + line);
        } finally {
            FileModes.set(path, open);
        }
    }

    private static Path onlyFile(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.reduce((one, other) -> {
                        throw new AssertionError("more than one file in " + folder);
                    })
                    .orElseThrow();
        }
    }

    /** All files with their bytes, but for the two locks, which are written to find out who holds them. */
    private static Map<String, String> contents(Path directory) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
                String name = directory.relativize(path).toString();
                if (!name.equals("LOCK") && !name.equals("log/lock.mdb")) {
                    contents.put(name, HexFormat.of().formatHex(digest(Files.readAllBytes(path))));
                }
            }
        }
        return contents;
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void unknownBackend() throws Exception {
        String line = refusal(2, Ports.free(), "--backend", "bolt");
        assertEquals("clone: --backend 'bolt': allowed are chronicle, lmdb, memory", line);
    }

    @Test
    void addressThatIsNotLoopback() throws Exception {
        String line = refusal(1, Ports.free(), "-a", "0.0.0.0");
        assertTrue(line.contains("insecure"), line);
    }

    @Test
    void addressThatNobodyCanCall() throws Exception {
        int port = Ports.free();
        String line = refusal(1, port, "-a", "0.0.0.0", "--insecure");
        assertEquals(
                "clone: can't start: nobody can call 0.0.0.0:" + port
                        + ": set --advertise to the address at which others reach this node",
                line);
        NodeProcess node = new NodeProcess(folder.resolve("reachable"), port, List.of("-l", "quiet"));
        try (node) {
            node.launch("-a", "0.0.0.0", "--insecure", "--advertise", node.address());
            node.awaitListening();
        }
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

    @Test
    void joinThatFailsTellsWhatWasTriedAndOneErrorInTheEnd() throws Exception {
        int nobody = Ports.free();
        int port = Ports.free();
        NodeProcess node = new NodeProcess(folder.resolve("newcomer"), port, List.of());
        try (node) {
            node.launch("-j", "" + nobody, "--join-timeout", "2s");
            assertEquals(1, node.awaitExit(), node.complained());
            assertEquals("listening on " + node.address() + "\n", node.printed());
            List<String> lines = node.complained().lines().toList();
            assertTrue(
                    lines.get(0)
                            .endsWith(" * joining the cluster at 127.0.0.1:" + nobody + ", for 2000 ms at the most"),
                    lines.get(0));
            assertEquals(
                    List.of("clone: can't start: could not join the cluster at 127.0.0.1:" + nobody
                            + ": no answer. Check that a member runs there and that it can reach " + node.address()),
                    lines.stream()
                            .filter(line -> line.contains("could not join"))
                            .toList());
            assertTrue(lines.get(lines.size() - 1).startsWith("clone: "), node.complained());
        }
    }

    @Test
    void clusterThatRefusesIsQuotedOnce() throws Exception {
        NodeProcess member = new NodeProcess(folder.resolve("member"), Ports.free(), List.of("-l", "quiet"));
        try (member) {
            member.start("-n", "a");
            ClusterProcesses.await("a leader", () -> "OK".equals(member.ask("SET", "k", "v")) ? member : null);
            String line = refusal(1, Ports.free(), "-n", "a", "-j", member.address());
            assertTrue(line.startsWith("clone: can't start: the cluster refused this node: "), line);
            assertTrue(!line.contains("ERR"), line);
        }
    }

    /** Starts a node that is to fail, and returns the one line that it prints. */
    private String refusal(int code, int port, String... options) throws Exception {
        try (NodeProcess node = new NodeProcess(folder.resolve("refused"), port, List.of("-l", "quiet"))) {
            return refusal(code, node, options);
        }
    }

    private static String refusal(int code, NodeProcess node, String... options) throws Exception {
        String before = node.complained();
        node.launch(options);
        assertEquals(code, node.awaitExit(), node.complained());
        String complained = node.complained().substring(before.length());
        List<String> lines = complained.lines().toList();
        assertEquals(1, lines.size(), complained);
        assertTrue(lines.get(0).startsWith("clone: "), lines.get(0));
        return lines.get(0);
    }
}
