package dev.huck.raft.core.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.CoreCluster.Host;
import dev.huck.raft.core.consensus.Member.Voting;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A node leaves and comes back, with its disk or with an empty one, and restarts in between (redisraft#48). */
class RemoveReaddNodeTest {

    private static void change(Host leader, Change.Step step) {
        leader.step(new Event.ChangeMembers(9, Change.of(step)));
    }

    private static Host leaderBut(CoreCluster cluster, long id) {
        Host leader = cluster.elect();
        if (leader.id == id) {
            leader.step(new Event.Transfer());
            cluster.run(1_000);
            leader = cluster.elect();
        }
        assertFalse(leader.id == id);
        return leader;
    }

    @Test
    void aNodeThatIsRemovedComesBackWithItsDisk() {
        CoreCluster cluster = CoreCluster.of(3).start();
        for (int round = 0; round < 5; round++) {
            Host leader = leaderBut(cluster, 3);
            change(leader, new Change.Remove(3));
            cluster.run(500);
            assertEquals(2, leader.up().configuration().members().size());
            cluster.propose(leader, "r" + round);
            cluster.run(200);
            Host back = cluster.host(3);
            back.crash();
            back.start();
            cluster.run(3_000);
            assertEquals(Role.FOLLOWER, back.up().role(), "a removed node is passive after a restart too");
            change(leaderBut(cluster, 3), new Change.Add(CoreCluster.member(3, Voting.NEWCOMER)));
            cluster.run(2_000);
            assertTrue(cluster.elect().up().configuration().isVoter(3));
            back.crash();
            back.start();
            cluster.run(2_000);
            assertTrue(back.up().configuration().isVoter(3));
            assertEquals(round + 1, back.commands().size());
        }
    }

    @Test
    void aNodeThatComesBackEmptyIsSomebodyElse() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = leaderBut(cluster, 3);
        cluster.propose(leader, "a");
        cluster.run(200);
        cluster.host(3).crash();
        cluster.hosts.remove(3L);
        Host fresh = cluster.add(33);
        fresh.hardState = new HardState(0, 0);
        fresh.start();
        Member member = new Member(33, "n3", "host:3", Voting.NEWCOMER, Member.Versions.CURRENT);
        change(leader, new Change.Add(member));
        assertEquals(
                Rejection.NAME_TAKEN, leader.seen(Effect.Changed.class).get(0).reason());
        change(leader, new Change.Remove(3));
        cluster.run(1_000);
        change(leader, new Change.Add(member));
        cluster.run(2_000);
        assertTrue(leader.up().configuration().isVoter(33));
        assertEquals(List.of("a"), fresh.commands());
        // What the late store would say now is a stranger's word.
        long commit = leader.up().commitIndex();
        leader.step(new Event.Received(
                new Message.VoteReply(3, leader.id, leader.up().term(), true)));
        assertEquals(commit, leader.up().commitIndex());
        assertEquals(-1, leader.up().matchOf(3));
    }

    @Test
    void aNodeIsDemotedAndPromotedAcrossRestarts() {
        CoreCluster cluster = CoreCluster.of(3).start();
        for (int round = 0; round < 5; round++) {
            change(leaderBut(cluster, 3), new Change.Demote(3));
            cluster.run(500);
            Host host = cluster.host(3);
            host.crash();
            host.start();
            assertEquals(Role.LEARNER, host.up().role());
            cluster.run(3_000);
            assertEquals(Role.LEARNER, host.up().role(), "a learner does not campaign");
            change(leaderBut(cluster, 3), new Change.Promote(3));
            cluster.run(1_500);
            assertTrue(host.up().configuration().isVoter(3));
        }
    }
}
