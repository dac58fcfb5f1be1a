package dev.huck.raft.core.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.CoreCluster.Host;
import dev.huck.raft.core.consensus.Member.Voting;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Raft §6; dissertation §4: changes of membership. */
class MembershipTest {

    @Test
    void aNewcomerLearnsTheLogAndThenVotes() {
        CoreCluster cluster = CoreCluster.of(1).start();
        Host leader = cluster.host(1);
        cluster.propose(leader, "a");
        Host newcomer = cluster.add(2);
        newcomer.hardState = new HardState(0, 0);
        newcomer.start();
        leader.step(new Event.ChangeMembers(1, new Change.Add(CoreCluster.member(2, Voting.NEWCOMER))));
        cluster.run(1000);
        assertEquals(List.of("a"), newcomer.commands());
        assertTrue(leader.up().configuration().isVoter(2));
        assertFalse(leader.up().configuration().isJoint());
        assertEquals(1, leader.seen(Effect.Changed.class).size());
        assertNull(leader.seen(Effect.Changed.class).get(0).reason());
    }

    @Test
    void aLearnerCountsInNoQuorum() {
        Configuration configuration = new Configuration(
                1,
                List.of(
                        CoreCluster.member(1, Voting.VOTER),
                        CoreCluster.member(2, Voting.LEARNER),
                        CoreCluster.member(3, Voting.NEWCOMER)),
                CoreCluster.SETTINGS);
        assertTrue(configuration.isQuorum(id -> id == 1));
        assertFalse(configuration.isQuorum(id -> id != 1));
        assertEquals(5, configuration.quorumValue(id -> id == 1 ? 5 : 100));
    }

    @Test
    void aJointConfigurationNeedsBothMajorities() {
        Configuration joint = new Configuration(
                1,
                List.of(
                        CoreCluster.member(1, Voting.VOTER),
                        CoreCluster.member(2, Voting.OUTGOING),
                        CoreCluster.member(3, Voting.OUTGOING),
                        CoreCluster.member(4, Voting.INCOMING),
                        CoreCluster.member(5, Voting.INCOMING)),
                CoreCluster.SETTINGS);
        assertTrue(joint.isJoint());
        assertFalse(joint.isQuorum(id -> id == 1 || id == 4 || id == 5));
        assertFalse(joint.isQuorum(id -> id == 1 || id == 2 || id == 3));
        assertTrue(joint.isQuorum(id -> id == 1 || id == 2 || id == 4));
        assertEquals(2, joint.quorumValue(id -> id));
    }

    @Test
    void aLeaderThatIsRemovedServesUntilItIsCommittedAndThenHandsOver() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        leader.step(new Event.ChangeMembers(1, new Change.Remove(leader.id)));
        cluster.run(100);
        assertEquals(1, leader.seen(Effect.Changed.class).size());
        assertFalse(leader.up().role() == Role.LEADER);
        leader.crash();
        Host next = cluster.elect();
        assertNull(next.up().configuration().member(leader.id));
        cluster.propose(next, "b");
        cluster.run(200);
        assertEquals(List.of("b"), next.commands());
    }

    @Test
    void theNextLeaderEndsAJointConfigurationThatItInherits() {
        CoreCluster cluster = CoreCluster.of(5).start();
        Host leader = cluster.elect();
        long removed = leader.id == 3 ? 2 : 3;
        leader.step(new Event.ChangeMembers(1, new Change.Remove(removed)));
        // The joint entry reaches the others; what commits it does not come back.
        cluster.drop = message -> message instanceof Message.AppendReply;
        cluster.settle();
        leader.crash();
        cluster.drop = message -> false;
        Host next = cluster.elect();
        cluster.run(1000);
        assertFalse(next.up().configuration().isJoint());
        assertNull(next.up().configuration().member(removed));
    }

    @Test
    void aSecondChangeIsRefusedWhileOneIsUnderWay() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        long a = leader.id == 1 ? 2 : 1;
        long b = leader.id == 3 ? 2 : 3;
        leader.step(new Event.ChangeMembers(1, new Change.Remove(a)));
        leader.step(new Event.ChangeMembers(2, new Change.Remove(b)));
        Effect.Changed second = leader.seen(Effect.Changed.class).get(0);
        assertEquals(2, second.request());
        assertEquals(Rejection.CHANGE_IN_PROGRESS, second.reason());
    }

    @Test
    void theLastVoterCanNotBeRemoved() {
        CoreCluster cluster = CoreCluster.of(1).start();
        cluster.host(1).step(new Event.ChangeMembers(1, new Change.Remove(1)));
        assertEquals(
                Rejection.LAST_VOTER,
                cluster.host(1).seen(Effect.Changed.class).get(0).reason());
    }

    @Test
    void aConfigurationThatIsTruncatedIsRolledBack() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        cluster.cutOff.add(leader.id);
        leader.step(new Event.ChangeMembers(1, new Change.Add(CoreCluster.member(9, Voting.NEWCOMER))));
        assertTrue(leader.up().configuration().member(9) != null);
        cluster.elect();
        cluster.cutOff.clear();
        cluster.run(2000);
        assertNull(leader.up().configuration().member(9));
    }

    @Test
    void aMemberThatIsRemovedLearnsOfIt() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        long removed = leader.id == 3 ? 2 : 3;
        leader.step(new Event.ChangeMembers(1, new Change.Remove(removed)));
        cluster.run(500);
        assertNull(cluster.host(removed).up().configuration().member(removed));
        cluster.run(5000);
        assertEquals(Role.FOLLOWER, cluster.host(removed).up().role());
    }
}
