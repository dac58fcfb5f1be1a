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
        leader.step(new Event.ChangeMembers(1, Change.of(new Change.Add(CoreCluster.member(2, Voting.NEWCOMER)))));
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
        leader.step(new Event.ChangeMembers(1, Change.of(new Change.Remove(leader.id))));
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
        cluster.proposeChange(leader, Change.of(new Change.Remove(removed)));
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
        leader.step(new Event.ChangeMembers(1, Change.of(new Change.Remove(a))));
        leader.step(new Event.ChangeMembers(2, Change.of(new Change.Remove(b))));
        Effect.Changed second = leader.seen(Effect.Changed.class).get(0);
        assertEquals(2, second.request());
        assertEquals(Rejection.CHANGE_IN_PROGRESS, second.reason());
    }

    @Test
    void aSecondChangeIsRefusedUntilTheFirstIsCommittedAlthoughNobodysVoteChanges() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        cluster.drop = message ->
                message instanceof Message.Append append && !append.entries().isEmpty();
        leader.step(new Event.ChangeMembers(1, Change.of(new Change.Add(CoreCluster.member(9, Voting.LEARNER)))));
        leader.step(new Event.ChangeMembers(2, Change.of(new Change.Remove(leader.id == 3 ? 2 : 3))));
        cluster.run(300);
        assertEquals(2, leader.seen(Effect.Changed.class).get(0).request());
        assertEquals(
                Rejection.CHANGE_IN_PROGRESS,
                leader.seen(Effect.Changed.class).get(0).reason());
        assertFalse(leader.up().configuration().isJoint());
    }

    @Test
    void theLastVoterCanNotBeRemoved() {
        CoreCluster cluster = CoreCluster.of(1).start();
        cluster.host(1).step(new Event.ChangeMembers(1, Change.of(new Change.Remove(1))));
        assertEquals(
                Rejection.LAST_VOTER,
                cluster.host(1).seen(Effect.Changed.class).get(0).reason());
    }

    @Test
    void aConfigurationThatIsTruncatedIsRolledBack() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        cluster.cutOff.add(leader.id);
        leader.step(new Event.ChangeMembers(1, Change.of(new Change.Add(CoreCluster.member(9, Voting.NEWCOMER)))));
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
        leader.step(new Event.ChangeMembers(1, Change.of(new Change.Remove(removed))));
        cluster.run(500);
        assertNull(cluster.host(removed).up().configuration().member(removed));
        cluster.run(5000);
        assertEquals(Role.FOLLOWER, cluster.host(removed).up().role());
    }

    private static Host newcomer(CoreCluster cluster, long id) {
        Host host = cluster.add(id);
        host.hardState = new HardState(0, 0);
        host.start();
        return host;
    }

    private static Change.Step add(long id) {
        return new Change.Add(CoreCluster.member(id, Voting.NEWCOMER));
    }

    private static List<Configuration> configurations(Host host) {
        return host.seen(Effect.ConfigurationChanged.class).stream()
                .map(Effect.ConfigurationChanged::configuration)
                .toList();
    }

    @Test
    void twoNodesAreReplacedInOneStepWithTheLeaderAmongThem() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        long other = leader.id == 1 ? 2 : 1;
        newcomer(cluster, 4);
        newcomer(cluster, 5);
        leader.notable.clear();
        leader.step(new Event.ChangeMembers(
                1, Change.of(new Change.Remove(leader.id), new Change.Remove(other), add(4), add(5))));
        cluster.run(2000);
        List<Configuration> seen = configurations(leader);
        assertEquals(3, seen.size(), "planned, joint, new: " + seen);
        assertTrue(seen.get(0).isPlanned() && seen.get(1).isJoint());
        assertNull(leader.seen(Effect.Changed.class).get(0).reason());
        assertFalse(leader.up().role() == Role.LEADER);
        Host next = cluster.elect();
        assertEquals(
                List.of(6L - leader.id - other, 4L, 5L),
                next.up().configuration().members().stream()
                        .map(Member::storeId)
                        .toList());
        cluster.propose(next, "b");
        cluster.run(200);
        assertEquals(List.of("b"), next.commands());
    }

    @Test
    void aReplacementWaitsForTheSlowestNewcomerAndNobodyVotesBefore() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        long leaves = leader.id == 1 ? 2 : 1;
        newcomer(cluster, 4);
        leader.step(new Event.ChangeMembers(1, Change.of(new Change.Remove(leaves), add(4), add(5))));
        cluster.run(3000);
        Configuration waiting = leader.up().configuration();
        assertEquals(Voting.AWAITED, waiting.member(4).voting());
        assertEquals(Voting.LEAVING, waiting.member(leaves).voting());
        assertTrue(leader.seen(Effect.Changed.class).isEmpty());
        newcomer(cluster, 5);
        cluster.run(3000);
        assertNull(leader.up().configuration().member(leaves));
        assertTrue(leader.up().configuration().isVoter(4)
                && leader.up().configuration().isVoter(5));
        assertNull(leader.seen(Effect.Changed.class).get(0).reason());
    }

    @Test
    void theNextLeaderCarriesOutAPlanThatItInherits() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        long leaves = leader.id == 1 ? 2 : 1;
        leader.step(new Event.ChangeMembers(1, Change.of(new Change.Remove(leaves), add(4))));
        cluster.run(200);
        leader.crash();
        Host next = cluster.elect();
        newcomer(cluster, 4);
        cluster.run(3000);
        next = cluster.elect();
        assertNull(next.up().configuration().member(leaves));
        assertTrue(next.up().configuration().isVoter(4));
        assertFalse(next.up().configuration().isPlanned());
    }

    @Test
    void whoWaitsForAChangeThatIsAbandonedIsTold() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        long leaves = leader.id == 1 ? 2 : 1;
        leader.step(new Event.ChangeMembers(1, Change.of(new Change.Remove(leaves), add(4))));
        cluster.run(100);
        leader.step(new Event.ChangeMembers(2, Change.of(new Change.Remove(4))));
        cluster.run(100);
        List<Effect.Changed> ended = leader.seen(Effect.Changed.class);
        assertEquals(Rejection.SUPERSEDED, ended.get(0).reason());
        assertNull(ended.get(1).reason());
        assertEquals(Voting.VOTER, leader.up().configuration().member(leaves).voting());
    }

    @Test
    void aLearnerIsPromotedOnlyWhenSomebodySaysSo() {
        CoreCluster cluster = CoreCluster.of(1).start();
        Host leader = cluster.host(1);
        Host learner = newcomer(cluster, 2);
        leader.step(new Event.ChangeMembers(1, Change.of(new Change.Add(CoreCluster.member(2, Voting.LEARNER)))));
        cluster.run(3000);
        assertEquals(Role.LEARNER, learner.up().role());
        assertFalse(leader.up().configuration().isVoter(2));
        leader.step(new Event.ChangeMembers(2, Change.of(new Change.Promote(2))));
        cluster.run(1000);
        assertTrue(leader.up().configuration().isVoter(2));
        assertEquals(2, leader.seen(Effect.Changed.class).size());
    }

    @Test
    void aDemotedLeaderServesUntilItIsCommittedThenHandsOverAndLearns() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        leader.step(new Event.ChangeMembers(1, Change.of(new Change.Demote(leader.id))));
        assertEquals(Role.LEADER, leader.up().role());
        cluster.run(100);
        assertNull(leader.seen(Effect.Changed.class).get(0).reason());
        Host next = cluster.elect();
        assertTrue(next != leader);
        assertEquals(Role.LEARNER, leader.up().role());
        cluster.propose(next, "b");
        cluster.run(5000);
        assertEquals(List.of("b"), leader.commands());
        assertEquals(Role.LEARNER, leader.up().role());
    }

    @Test
    void aChangeForAConfigurationThatIsGoneIsRefused() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        long basis = leader.up().configuration().index();
        long a = leader.id == 1 ? 2 : 1;
        leader.step(new Event.ChangeMembers(1, new Change(basis, List.of(new Change.Demote(a)))));
        cluster.run(500);
        leader.step(new Event.ChangeMembers(2, new Change(basis, List.of(new Change.Promote(a)))));
        Effect.Changed second = leader.seen(Effect.Changed.class).get(1);
        assertEquals(Rejection.CONFIGURATION_CHANGED, second.reason());
    }

    @Test
    void aNewLeaderChangesNothingBeforeItsFirstEntryIsCommitted() {
        CoreCluster cluster = CoreCluster.of(3).start();
        cluster.elect().crash();
        cluster.drop = message -> message instanceof Message.AppendReply;
        Host next = cluster.elect();
        long other = next.id == 1 ? 2 : 1;
        next.step(new Event.ChangeMembers(1, Change.of(new Change.Remove(other))));
        assertEquals(
                Rejection.CHANGE_IN_PROGRESS,
                next.seen(Effect.Changed.class).get(0).reason());
    }

    @Test
    void aNewcomerThatFallsEverFurtherBehindIsNotPromoted() {
        CoreCluster cluster = CoreCluster.of(1).start();
        Host leader = cluster.host(1);
        newcomer(cluster, 2);
        leader.step(new Event.ChangeMembers(1, Change.of(add(2))));
        for (int round = 0; round < 10; round++) {
            cluster.cutOff.add(2L);
            for (int i = 0; i < 8; i++) {
                cluster.propose(leader, "a");
                cluster.run(200);
            }
            cluster.cutOff.clear();
            // One exchange, too little for what came meanwhile.
            cluster.drop = message -> message instanceof Message.Append append
                    && !append.entries().isEmpty()
                    && append.entries().get(append.entries().size() - 1).index()
                            > leader.up().commitIndex() - 4;
            cluster.run(200);
            cluster.drop = message -> false;
            assertEquals(Voting.NEWCOMER, leader.up().configuration().member(2).voting(), "in round " + round);
        }
        cluster.run(30_000); // What was lost so often is waited for with patience.
        assertTrue(leader.up().configuration().isVoter(2));
    }

    @Test
    void whoAloneHasTheEntryThatRemovesItMayLeadOnceMore() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        List<Long> others =
                cluster.hosts.keySet().stream().filter(id -> id != leader.id).toList();
        newcomer(cluster, 4);
        newcomer(cluster, 5);
        // The joint configuration is committed; what follows it reaches one node, and that one is to go too.
        long only = others.get(0);
        cluster.drop = message -> message instanceof Message.Append append
                && message.to() != only
                && append.entries().stream()
                        .anyMatch(e -> Entries.type(e.payload()) == Entries.CONFIGURATION
                                && Entries.configuration(e.index(), e.payload()).isVoter(4)
                                && !Entries.configuration(e.index(), e.payload())
                                        .isJoint());
        leader.step(new Event.ChangeMembers(
                1, Change.of(new Change.Remove(leader.id), new Change.Demote(only), add(4), add(5))));
        cluster.run(500);
        assertFalse(cluster.host(only).up().configuration().isVoter(only));
        assertTrue(cluster.host(4).up().configuration().isJoint());
        leader.crash();
        cluster.drop = message -> false;
        leader.start();
        cluster.run(5_000);
        Host next = cluster.elect();
        assertFalse(next.up().configuration().isJoint());
        assertTrue(next.up().configuration().isVoter(next.id));
    }

    @Test
    void aRemovedNodeThatMissedItsRemovalDisturbsNobody() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        long removed = leader.id == 3 ? 2 : 3;
        cluster.cutOff.add(removed);
        leader.step(new Event.ChangeMembers(1, Change.of(new Change.Remove(removed))));
        cluster.run(1000);
        cluster.cutOff.clear();
        long term = leader.up().term();
        cluster.run(10_000);
        assertTrue(cluster.host(removed).up().configuration().isVoter(removed), "it knows nothing of it");
        assertEquals(Role.LEADER, leader.up().role());
        assertEquals(term, leader.up().term());
    }
}
