package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes are restarted one by one, with another version of the protocol or at another address, while others write. */
@Tag("long")
class RollingUpgradeIT {
    @TempDir
    Path folder;

    /** A line of RAFT CONFIG; of the members, all that is said of one. */
    private static Object config(NodeProcess node, String name) throws IOException {
        List<?> pairs = (List<?>) node.ask("RAFT", "CONFIG");
        return pairs.get(pairs.indexOf(name) + 1);
    }

    /** Where the members are; their ids may still be the addresses at which they were first. */
    private static List<Object> addresses(NodeProcess node) throws IOException {
        List<Object> addresses = new ArrayList<>();
        for (Object member : (List<?>) config(node, "members")) {
            List<?> pairs = (List<?>) member;
            addresses.add(pairs.get(pairs.indexOf("address") + 1));
        }
        return addresses;
    }

    private static void awaitConfig(ClusterProcesses cluster, String name, Object wanted) throws Exception {
        ClusterProcesses.await(name + " " + wanted, () -> {
            NodeProcess leader = cluster.awaitLeader();
            return wanted.equals(config(leader, name)) ? leader : null;
        });
    }

    @Test
    void threeNodesChangeToTheNewProtocolOneByOneUnderWrites() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(folder, "--protocol-max", "1").grow(3)) {
            awaitConfig(cluster, "protocol", 1L);
            try (Writer writer = new Writer("live:", cluster::nodes)) {
                writer.awaitAcknowledgedSince(System.nanoTime());
                for (NodeProcess node : List.copyOf(cluster.nodes())) {
                    assertEquals(1L, config(cluster.awaitLeader(), "protocol"), "until the last has changed");
                    assertEquals(0, node.terminate(), node.complained());
                    node.without("--protocol-max").start();
                    cluster.awaitCaughtUp();
                    writer.awaitAcknowledgedSince(System.nanoTime());
                }
                awaitConfig(cluster, "protocol", 2L);
                // And it is really used: only the new version says how far each machine is.
                ClusterProcesses.await("every member's applied index", () -> {
                    List<?> members = (List<?>) config(cluster.awaitLeader(), "members");
                    for (Object member : members) {
                        List<?> pairs = (List<?>) member;
                        if (!(pairs.get(pairs.indexOf("applied") + 1) instanceof Long)) {
                            return null;
                        }
                    }
                    return members;
                });
                writer.stop();
                Checks.holds(cluster.awaitLeader(), writer);
            }
        }
    }

    @Test
    void everyNodeMovesToAnotherAddressTheLeaderToo() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(folder).grow(3)) {
            Checks.fill(cluster.awaitLeader(), "base:", 100);
            for (int i = 0; i < 3; i++) {
                NodeProcess node =
                        i == 0 ? cluster.awaitLeader() : cluster.nodes().get(0);
                cluster.nodes().remove(node);
                node.kill(); // Nobody answers at the old address any more.
                NodeProcess moved = node.elsewhere(Ports.free());
                moved.start();
                cluster.nodes().add(moved);
                ClusterProcesses.await("the new address in the configuration", () -> {
                    List<Object> addresses = addresses(cluster.awaitLeader());
                    return addresses.contains(moved.address()) && !addresses.contains(node.address())
                            ? addresses
                            : null;
                });
                cluster.awaitCaughtUp();
            }
            cluster.awaitVoters(3);
            Checks.holds(cluster.awaitLeader(), "base:", 100);
            assertTrue(config(cluster.awaitLeader(), "state").equals("settled"));
        }
    }

    @Test
    void twoNodesAreReplacedInOneStepAndALearnerIsPromoted() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(folder).grow(3)) {
            Checks.fill(cluster.awaitLeader(), "base:", 100);
            NodeProcess learner = cluster.add("--learner");
            ClusterProcesses.await(
                    "a learner", () -> "Learner".equals(learner.stats().get("state")) ? learner : null);
            // It waits to be called: there is nobody where it asks.
            NodeProcess waiting =
                    new NodeProcess(folder.resolve("waiting"), Ports.free(), List.of("-j", "" + Ports.free()));
            cluster.nodes().add(waiting.start());
            NodeProcess leader = cluster.awaitLeader(cluster.nodes().subList(0, 3));
            NodeProcess other = cluster.nodes().get(leader == cluster.nodes().get(0) ? 1 : 0);
            Object index = config(leader, "index");
            Object stale = leader.ask("RAFT", "PROMOTE", learner.address(), "IF", "1");
            assertTrue(
                    stale instanceof Wire.Failure failure && failure.message().contains("RAFT CONFIG"), "" + stale);
            assertEquals(
                    "OK",
                    leader.ask(
                            "RAFT",
                            "REPLACE",
                            leader.address(),
                            learner.address(),
                            "REPLACE",
                            other.address(),
                            waiting.address(),
                            "IF",
                            "" + index));
            cluster.nodes().remove(leader);
            cluster.nodes().remove(other);
            leader.close();
            other.close();
            cluster.awaitVoters(3);
            Checks.holds(cluster.awaitLeader(), "base:", 100);
        }
    }
}
