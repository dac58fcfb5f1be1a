package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes come and go while others write. */
class MembershipIT {
    private static final int KEYS = Integer.getInteger("huck.it.many.keys", 100_000);

    @TempDir
    Path folder;

    @Test
    void fourthNodeJoinsBySnapshotAndTheLeaderLeaves() throws Exception {
        String[] options = {"--snapshot-every", "1mb", "--log-tail", "64kb"};
        try (ClusterProcesses cluster = new ClusterProcesses(folder, options).grow(3)) {
            NodeProcess leader = cluster.awaitLeader();
            Checks.fill(leader, "base:", KEYS);
            assertEquals("OK", leader.ask("RAFTSNAPSHOT"));

            try (Writer writer = new Writer("live:", () -> cluster.nodes().subList(0, 3))) {
                writer.awaitAcknowledgedSince(System.nanoTime());
                NodeProcess fourth = cluster.add();
                cluster.awaitVoters(4);
                assertTrue(
                        Long.parseLong(fourth.stats().getOrDefault("last_snapshot_index", "0")) > 0,
                        "it caught up without a snapshot: " + fourth.stats());

                NodeProcess leaving = cluster.awaitLeader();
                assertEquals("OK", leaving.ask("RAFTREMOVEPEER", leaving.address()));
                long removed = System.nanoTime();
                ClusterProcesses.await("a leader without the one that left", () -> {
                    NodeProcess next = cluster.awaitLeader(cluster.others(leaving));
                    return next.stats().getOrDefault("num_peers", "").equals("2") ? next : null;
                });
                writer.awaitAcknowledgedSince(removed);
                writer.stop();

                NodeProcess next = cluster.awaitLeader(cluster.others(leaving));
                Checks.holds(next, "base:", KEYS);
                Checks.holds(next, writer);
            }
        }
    }

    @Test
    void nodeThatJoinedStartsAgainWithTheSameOptions() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(folder).grow(3)) {
            NodeProcess third = cluster.nodes().get(2);
            assertEquals(0, third.terminate(), third.complained());
            third.start();
            cluster.awaitVoters(3);
            cluster.awaitCaughtUp();
            assertEquals(6, ((List<?>) third.ask("RAFTPEERS")).size());
        }
    }

    @Test
    void nodeJoinsThroughAFollower() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(folder).grow(2)) {
            NodeProcess leader = cluster.awaitLeader();
            NodeProcess follower = cluster.others(leader).get(0);
            NodeProcess third =
                    new NodeProcess(folder.resolve("third"), Ports.free(), List.of("-j", "" + follower.port()));
            cluster.nodes().add(third.start());
            cluster.awaitVoters(3);
        }
    }

    @Test
    void commandAtTheWrongNodeIsToldTheRightOne() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(folder).grow(3)) {
            NodeProcess leader = cluster.awaitLeader();
            for (NodeProcess follower : cluster.others(leader)) {
                assertEquals(new Wire.Failure("TRY " + leader.address()), follower.ask("SET", "k", "v"));
                assertEquals(new Wire.Failure("TRY " + leader.address()), follower.ask("GET", "k"));
                assertInstanceOf(Wire.Failure.class, follower.ask("RAFTREMOVEPEER", leader.address()));
            }
            Object unknown = leader.ask("RAFTREMOVEPEER", "127.0.0.1:1");
            assertTrue(
                    unknown instanceof Wire.Failure failure && failure.message().endsWith("peer is unknown"),
                    "" + unknown);
        }
    }

    @Test
    void nodeThatNeverGotToJoinSaysWhatToDoWhenItIsStartedWithoutTheOption() throws Exception {
        NodeProcess lost = new NodeProcess(folder.resolve("lost"), Ports.free(), List.of());
        try (lost;
                ClusterProcesses cluster = new ClusterProcesses(folder).grow(1)) {
            lost.launch("-j", "" + Ports.free(), "--join-timeout", "100ms");
            assertEquals(1, lost.awaitExit(), lost.complained());
            String before = lost.complained();
            lost.start();
            ClusterProcesses.await("a word", () -> lost.complained().contains("--join") ? lost : null);
            List<String> lines = lost.complained()
                    .substring(before.length())
                    .lines()
                    .filter(line -> !line.contains(" * "))
                    .toList();
            assertEquals(1, lines.size(), lost.complained());
            assertTrue(
                    lines.get(0).contains("never got to join a cluster")
                            && lines.get(0).contains("RAFTADDPEER " + lost.address() + " at the leader")
                            && lines.get(0).contains("empty " + lost.data().toRealPath()),
                    lines.get(0));
            // What it says helps, both ways: here the one that needs no restart.
            assertEquals("OK", cluster.awaitLeader().ask("RAFTADDPEER", lost.address()));
            cluster.awaitVoters(2);
        }
    }
}
