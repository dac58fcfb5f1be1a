package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes come and go while others write. */
@Tag("long")
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
                assertEquals(0, leaving.terminate(), leaving.complained());
            }
            Checks.sameEverywhere(cluster); // what came by snapshot too
        }
    }

    @Test
    void aNewNodeGetsItsSnapshotFromTheLearnerAndTheLeaderSendsNone() throws Exception {
        // With long timeouts, so that nobody is taken for silent because the machine is busy.
        String[] options = {
            "--snapshot-every",
            "200kb",
            "--log-tail",
            "64kb",
            "--snapshots-from-members",
            "--election-timeout-min",
            "3s",
            "--election-timeout-max",
            "6s"
        };
        try (ClusterProcesses cluster = new ClusterProcesses(folder, options).grow(1)) {
            NodeProcess leader = cluster.awaitLeader();
            NodeProcess learner = cluster.add("--learner");
            cluster.awaitCaughtUp(); // Else the leader compacts its log before the learner has any of it.
            Checks.fill(leader, "base:", 20_000);
            cluster.awaitCaughtUp();
            // It may still write its newest one, while the leader's log begins behind the one before.
            assertEquals("OK", learner.ask("RAFTSNAPSHOT"));
            NodeProcess third = cluster.add();
            ClusterProcesses.await(
                    "two voters",
                    () -> leader.info("raft")
                                    .getOrDefault("raft_num_voting_nodes", "")
                                    .equals("2")
                            ? leader
                            : null);
            assertTrue(Long.parseLong(third.stats().getOrDefault("last_snapshot_index", "0")) > 0, "" + third.stats());
            assertEquals("0", leader.stats().getOrDefault("sent_install_snapshot", "0"));
            assertTrue(
                    Long.parseLong(learner.stats().getOrDefault("sent_install_snapshot", "0")) > 0,
                    "" + learner.stats());
            Checks.sameEverywhere(cluster);
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
            assertEquals(new Wire.Failure("peer is unknown"), leader.ask("RAFTREMOVEPEER", "127.0.0.1:1"));
        }
    }

    @Test
    void leadershipGoesToTheMemberThatIsNamed() throws Exception {
        // With long timeouts, so that nobody leads by chance because the machine is busy.
        String[] options = {"--election-timeout-min", "3s", "--election-timeout-max", "6s"};
        try (ClusterProcesses cluster = new ClusterProcesses(folder, options).grow(2)) {
            NodeProcess learner = cluster.add("--learner");
            NodeProcess leader = cluster.awaitLeader();
            NodeProcess heir = cluster.others(leader).get(cluster.others(leader).get(0) == learner ? 1 : 0);
            assertEquals(new Wire.Failure("TRY " + leader.address()), heir.ask("RAFT", "TRANSFER"));
            assertEquals(new Wire.Failure("peer is unknown"), leader.ask("RAFT", "TRANSFER", "127.0.0.1:1"));
            assertEquals(
                    new Wire.Failure("ERR " + learner.address() + " does not vote, so it can't lead"),
                    leader.ask("RAFT", "TRANSFER", learner.address()));
            assertEquals("OK", leader.ask("SET", "k", "v"));
            assertEquals("OK", leader.ask("RAFT", "TRANSFER", heir.address()));
            assertEquals(heir, cluster.awaitLeader());
            assertEquals("v", heir.ask("GET", "k"));
            assertEquals("OK", heir.ask("RAFT", "TRANSFER"));
            assertEquals(leader, cluster.awaitLeader());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "", "a:b:c", "127.0.0.1:0", "127.0.0.1:65536", "http://127.0.0.1:7481"})
    void whatIsNoAddressIsRefusedAtOnce(String address) throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(folder).grow(1)) {
            assertEquals(
                    new Wire.Failure("ERR '" + address + "' is no address of a node; host:port is needed"),
                    cluster.awaitLeader().ask("RAFTADDPEER", address));
        }
    }

    @Test
    void everyNodeTellsWhatEveryMemberIsEvenWithoutALeader() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(folder).grow(3)) {
            NodeProcess leader = cluster.awaitLeader();
            for (NodeProcess node : cluster.nodes()) {
                Map<Object, Object> states = peers(node);
                assertEquals(3, states.size(), states::toString);
                for (NodeProcess member : cluster.nodes()) {
                    assertEquals(member == leader ? "Leader" : "Follower", states.get(member.address()));
                }
            }
            NodeProcess killed = cluster.others(leader).get(0);
            NodeProcess left = cluster.others(leader).get(1);
            killed.kill();
            leader.kill();
            try (NodeProcess stranger = new NodeProcess(folder.resolve("stranger"), killed.port(), List.of()).start()) {
                assertTrue(stranger.isAlive());
                Map<Object, Object> states = peers(left);
                assertEquals("Timeout", states.get(leader.address()), states::toString);
                assertEquals("Invalid", states.get(killed.address()), states::toString);
                assertTrue(Set.of("Follower", "Candidate").contains(states.get(left.address())), states::toString);
            }
        }
    }

    private static Map<Object, Object> peers(NodeProcess node) throws IOException {
        List<?> list = (List<?>) node.ask("RAFTPEERS");
        Map<Object, Object> states = new TreeMap<>();
        for (int i = 0; i < list.size(); i += 2) {
            states.put(list.get(i), list.get(i + 1));
        }
        return states;
    }

    @Test
    void wipedVoterIsRefusedByNameAndTakesItsPlaceAgainWhenToldTo() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(folder).grow(3)) {
            Checks.fill(cluster.awaitLeader(), "base:", 1000);
            NodeProcess wiped = cluster.nodes().get(2); // It was started with --join.
            wiped.kill();
            wipe(wiped.data());

            wiped.launch();
            assertEquals(1, wiped.awaitExit(), wiped.complained());
            assertTrue(
                    wiped.complained().contains("a member with id " + wiped.address() + " exists")
                            && wiped.complained().contains("--readmit"),
                    wiped.complained());
            wipe(wiped.data());

            wiped.launch("--readmit");
            cluster.awaitVoters(3);
            cluster.awaitCaughtUp();
            Checks.holds(cluster.awaitLeader(), "base:", 1000);
            Checks.sameEverywhere(cluster);
            // What it takes part in from now on counts: the two of them are a quorum without the third.
            cluster.others(wiped).get(0).kill();
            NodeProcess leader = cluster.awaitLeader();
            assertEquals("OK", leader.ask("SET", "after", "all"));
        }
    }

    @Test
    void aCopyOfAMembersDirectoryThatRunsBesideItIsRefusedAndStops() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(folder).grow(3)) {
            NodeProcess original = cluster.nodes().get(2);
            assertEquals(0, original.terminate(), original.complained());
            NodeProcess copy = new NodeProcess(folder.resolve("copy"), Ports.free(), List.of());
            copy(original.data(), copy.data());
            original.start();
            Checks.fill(cluster.awaitLeader(), "base:", 1000);
            cluster.awaitCaughtUp();
            try (copy) {
                copy.launch();
                assertEquals(3, copy.awaitExit(), copy.complained());
                assertTrue(copy.complained().contains("this directory is an old copy"), copy.complained());
            }
            // Nobody takes it for the member that has moved.
            cluster.others(original).get(0).kill();
            NodeProcess leader = cluster.awaitLeader();
            assertEquals("OK", leader.ask("SET", "after", "all"));
            assertEquals("after", ((List<?>) leader.ask("KEYS", "after")).get(0));
            assertTrue(original.isAlive());
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Path target = to.resolve(from.relativize(path));
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            }
        }
    }

    private static void wipe(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
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
