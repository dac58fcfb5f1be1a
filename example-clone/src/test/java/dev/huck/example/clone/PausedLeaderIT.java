package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A leader whose process stands still for ten seconds wakes up and believes that it leads. It must not act on that. */
@Tag("long")
class PausedLeaderIT {
    private static final int PAUSE_MILLIS = Integer.getInteger("huck.it.pause", 10_000);
    private static final int WAITING = 20;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"high", "medium"})
    void leaderThatWasPausedAnswersNothingOld(String consistency) throws Exception {
        List<Wire> waiting = new ArrayList<>();
        try (ClusterProcesses cluster = new ClusterProcesses(folder, "--consistency", consistency).grow(3)) {
            NodeProcess old = cluster.awaitLeader();
            assertEquals("OK", old.ask("SET", "k", "old"));
            for (int i = 0; i < WAITING; i++) {
                waiting.add(new Wire(old.port()));
                assertEquals("old", waiting.get(i).call("GET", "k"));
            }

            old.pause();
            // These wait in the socket, and are the first that it sees when it wakes up.
            for (Wire wire : waiting) {
                wire.send("GET", "k");
            }
            NodeProcess leader = cluster.awaitLeader(cluster.others(old));
            assertEquals("OK", leader.ask("SET", "k", "new"));
            Thread.sleep(PAUSE_MILLIS);
            old.resume();

            for (Wire wire : waiting) {
                assertNotOld(wire, null);
            }
            for (int i = 0; i < 50; i++) {
                try (Wire wire = new Wire(old.port())) {
                    assertNotOld(wire, "k");
                }
            }
            cluster.awaitCaughtUp();
            assertEquals("new", cluster.awaitLeader().ask("GET", "k"));
        } finally {
            for (Wire wire : waiting) {
                wire.close();
            }
        }
    }

    /** The new value, an error, or a closed connection: anything but the old value. */
    private static void assertNotOld(Wire wire, String key) throws IOException {
        Object reply;
        try {
            if (key != null) {
                wire.send("GET", key);
            }
            reply = wire.receive();
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("neither an answer nor a close", e);
        } catch (IOException e) {
            return;
        }
        assertTrue("new".equals(reply) || reply instanceof Wire.Failure, "answered " + reply);
    }
}
