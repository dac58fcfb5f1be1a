package dev.huck.raft.core.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.CoreCluster.Host;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The membership changes while the cluster is parted, and a side that has no majority believes that it leads: what the
 * other one answered must not be lost (the split brain of redisraft#17).
 */
class ConfChangeUnderPartitionTest {

    /** Parts the cluster: messages pass only between hosts of one side. */
    private static void part(CoreCluster cluster, Set<Long> side) {
        cluster.drop = message -> side.contains(message.from()) != side.contains(message.to());
    }

    private static boolean isCommitted(Host host, String command) {
        return host.commands().contains(command);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 1", "1, 2", "2, 2", "3, 2"})
    void halfOfTheClusterThatRemovesTheOtherHalfCommitsNothing(int companion, int atOnce) {
        CoreCluster cluster = CoreCluster.of(4).start();
        Host old = cluster.elect();
        Host with = cluster.host((old.id + companion - 1) % 4 + 1);
        // The old leader has just removed some of those that it can't hear from now on.
        List<Change.Step> removed = new ArrayList<>();
        for (Host other : cluster.hosts.values()) {
            if (other != old && other != with && removed.size() < atOnce) {
                removed.add(new Change.Remove(other.id));
            }
        }
        cluster.proposeChange(old, new Change(0, removed));
        part(cluster, Set.of(old.id, with.id));
        assertTrue(old.up().configuration().isJoint(), "in force on append");
        cluster.propose(old, "left");
        cluster.run(5_000);
        assertFalse(isCommitted(old, "left"), "half of the cluster committed");
        for (Host host : cluster.hosts.values()) {
            assertNotEquals(Role.LEADER, host.up().role(), "half of the cluster follows " + host.id);
        }
        cluster.drop = message -> false;
        Host leader = cluster.elect();
        cluster.run(3_000);
        cluster.propose(leader, "after");
        cluster.run(1_000);
        assertTrue(isCommitted(leader, "after"));
        agree(cluster);
    }

    @Test
    void ofTwoLeadersThatBothRemoveMembersOnlyTheOneWithTheMajorityCommits() {
        CoreCluster cluster = CoreCluster.of(5).start();
        Host old = cluster.elect();
        Set<Long> minority = new HashSet<>(Set.of(old.id, old.id == 1 ? 2L : 1L));
        List<Change.Step> steps = new ArrayList<>();
        for (long id = 1; id <= 5; id++) {
            if (!minority.contains(id)) {
                steps.add(new Change.Remove(id));
            }
        }
        cluster.proposeChange(old, new Change(0, steps));
        part(cluster, minority);
        cluster.propose(old, "minority");
        cluster.run(200);
        assertTrue(old.up().configuration().isJoint(), "in force on append");
        Host leader = null;
        for (int i = 0; i < 500 && leader == null; i++) {
            cluster.run(10);
            for (Host host : cluster.hosts.values()) {
                if (!minority.contains(host.id) && host.up().role() == Role.LEADER) {
                    leader = host;
                }
            }
        }
        assertTrue(leader != null, "the majority elects a leader");
        cluster.run(300);
        leader.step(new Event.ChangeMembers(2, Change.of(new Change.Remove(old.id))));
        cluster.propose(leader, "majority");
        cluster.run(1_000);
        assertTrue(isCommitted(leader, "majority"));
        assertFalse(isCommitted(old, "minority"));
        cluster.drop = message -> false;
        cluster.run(5_000);
        assertFalse(isCommitted(old, "minority"), "rolled back");
        assertEquals(4, cluster.elect().up().configuration().members().size());
        agree(cluster);
    }

    /** What was applied on any two hosts is the same as far as both are. */
    static void agree(CoreCluster cluster) {
        List<String> longest = List.of();
        for (List<String> commands : cluster.commands().values()) {
            List<String> shorter = commands.size() < longest.size() ? commands : longest;
            longest = commands.size() < longest.size() ? longest : commands;
            assertEquals(shorter, longest.subList(0, shorter.size()));
        }
    }
}
