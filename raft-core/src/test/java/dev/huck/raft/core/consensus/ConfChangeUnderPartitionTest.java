package dev.huck.raft.core.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.CoreCluster.Host;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The membership changes while the cluster is parted, and both sides believe that they lead: what one side answered must
 * not be lost (the split brain of redisraft#17).
 */
class ConfChangeUnderPartitionTest {

    /** Parts the cluster: messages pass only between hosts of one side. */
    private static void part(CoreCluster cluster, Set<Long> side) {
        cluster.drop = message -> side.contains(message.from()) != side.contains(message.to());
    }

    private static boolean isCommitted(Host host, String command) {
        return host.commands().contains(command);
    }

    @Test
    void twoLeadersThatBothRemoveMembersDoNotBothCommit() {
        // Every pair that each of the leaders may try to do without.
        for (int variant = 0; variant < 16; variant++) {
            CoreCluster cluster = CoreCluster.of(4).start();
            Host old = cluster.elect();
            List<Long> others = new ArrayList<>(List.of(1L, 2L, 3L, 4L));
            others.remove(old.id);
            long companion = others.get(variant % 3);
            long removed = others.get((variant + 1) % 3);
            // The old leader has just removed one of those that it can't hear from now on.
            cluster.proposeChange(old, Change.of(new Change.Remove(removed)));
            part(cluster, Set.of(old.id, companion));
            cluster.propose(old, "left");
            cluster.run(5_000);
            // The other half removes the old leader as soon as one of it leads; it can't, being half of four.
            boolean left = isCommitted(old, "left");
            for (long id : others) {
                if (id != companion && cluster.host(id).up().role() == Role.LEADER) {
                    throw new AssertionError("half of the cluster elected " + id);
                }
            }
            assertFalse(left, "half of the cluster committed");
            cluster.drop = message -> false;
            Host leader = cluster.elect();
            cluster.run(3_000);
            cluster.propose(leader, "after");
            cluster.run(1_000);
            assertTrue(isCommitted(leader, "after"));
            agree(cluster);
        }
    }

    @Test
    void aMinoritysLeaderThatShrinksTheClusterToItselfIsOverruled() {
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
