package dev.huck.raft.core.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.CoreCluster.Host;
import dev.huck.raft.core.consensus.Member.Voting;
import dev.huck.raft.core.consensus.Message.AppendReply;
import dev.huck.raft.core.consensus.Message.CatchUp;
import dev.huck.raft.core.consensus.Message.Query;
import dev.huck.raft.core.consensus.Message.QueryReply;
import dev.huck.raft.core.consensus.Message.RequestVote;
import dev.huck.raft.core.consensus.Message.TimeoutNow;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A node that may have forgotten what it acknowledged (the contract of durability MEDIUM and LOW). */
class RecoveringTest {
    private final CoreCluster cluster = CoreCluster.of(3).start();

    private Host follower(Host leader) {
        return cluster.hosts.values().stream()
                .filter(host -> host != leader)
                .findFirst()
                .orElseThrow();
    }

    private Host other(Host... known) {
        return cluster.hosts.values().stream()
                .filter(host -> !List.of(known).contains(host))
                .findFirst()
                .orElseThrow();
    }

    /** Three entries on all three, of which a follower then forgets the last two. */
    private Host forgetful(Host leader) {
        for (String name : List.of("a", "b", "c")) {
            cluster.propose(leader, name);
            cluster.settle();
        }
        Host victim = follower(leader);
        victim.losePower(2);
        return victim;
    }

    @Test
    void whoMayHaveForgottenEntriesElectsNobodyWhoLacksThem() {
        Host leader = cluster.elect();
        cluster.cutOff.add(other(leader, follower(leader)).id);
        Host victim = forgetful(leader); // What the leader has committed, only it holds now.
        Host behind = other(leader, victim);
        leader.crash();
        cluster.cutOff.clear();
        victim.start();
        cluster.run(20_000);
        assertEquals(Role.FOLLOWER, victim.up().role());
        assertFalse(behind.up().role() == Role.LEADER, "elected without what was committed");
        leader.start();
        cluster.elect();
        cluster.run(1_000);
        cluster.commands().values().forEach(commands -> assertEquals(List.of("a", "b", "c"), commands));
    }

    @Test
    void aLeaderGivesBackWhatWasForgottenAndThenTheNodeVotesAgain() {
        Host leader = cluster.elect();
        Host victim = forgetful(leader);
        victim.start();
        assertEquals(Loss.POWER, victim.up().loss());
        cluster.run(500);
        assertEquals(Loss.NONE, victim.up().loss());
        assertEquals(leader.up().last(), victim.up().last());
        leader.crash();
        assertTrue(cluster.elect() != leader);
    }

    @Test
    void whatARecoveringNodeHoldsDoesNotCount() {
        Host leader = cluster.elect();
        Host victim = forgetful(leader);
        long committed = leader.up().commitIndex();
        cluster.cutOff.add(other(leader, victim).id);
        cluster.drop = message -> message instanceof CatchUp; // It never gets to end its recovery.
        victim.start();
        cluster.propose(leader, "d");
        cluster.run(500);
        assertEquals(leader.up().last(), victim.up().last());
        assertEquals(committed, leader.up().commitIndex());
        assertEquals(Role.LEADER, leader.up().role(), "its answers still count as contact");
        cluster.drop = message -> false;
        cluster.run(200);
        assertEquals(committed + 1, leader.up().commitIndex());
    }

    @Test
    void anAcknowledgementFromBeforeTheCrashDoesNotVouchForWhatCameAfter() {
        Host leader = cluster.elect();
        Host victim = follower(leader);
        cluster.cutOff.add(other(leader, victim).id);
        List<Message> late = new ArrayList<>();
        cluster.drop = message -> message instanceof AppendReply && late.add(message);
        cluster.propose(leader, "a");
        cluster.settle();
        victim.losePower(1);
        victim.start();
        cluster.drop = message -> message instanceof CatchUp;
        cluster.propose(leader, "b");
        cluster.run(300);
        long committed = leader.up().commitIndex();
        late.forEach(cluster::deliver);
        cluster.settle();
        assertTrue(leader.up().commitIndex() <= committed + 1, "b is counted too");
        assertTrue(leader.up().commitIndex() < leader.up().last().index());
    }

    @Test
    void anAnswerWithoutTheNonceOfThisStartDoesNotCount() {
        Host leader = cluster.elect();
        Host victim = forgetful(leader);
        cluster.drop = message -> message instanceof CatchUp;
        victim.start();
        cluster.run(200);
        LogPosition first = new LogPosition(1, 1);
        cluster.drop = message -> false;
        cluster.deliver(new CatchUp(leader.id, victim.id, leader.up().term(), 0, first.index()));
        cluster.deliver(new CatchUp(leader.id, victim.id, leader.up().term(), 4711, first.index()));
        assertEquals(Loss.POWER, victim.up().loss());
    }

    @Test
    void anAnswerOfAnEarlierLeaderDoesNotCountUnderANewOne() {
        Host leader = cluster.elect();
        Host victim = forgetful(leader);
        List<Message> late = new ArrayList<>();
        cluster.drop = message -> message instanceof CatchUp && late.add(message);
        victim.start();
        cluster.run(200);
        assertFalse(late.isEmpty());
        long before = victim.up().term();
        leader.step(new Event.Transfer());
        cluster.run(400);
        assertTrue(victim.up().term() > before);
        late.removeIf(message -> message.term() > before);
        Predicate<Message> all = cluster.drop;
        cluster.drop = message -> false;
        late.forEach(cluster::deliver);
        cluster.drop = all;
        assertEquals(Loss.POWER, victim.up().loss());
    }

    @Test
    void theEndOfARecoveryWaitsForTheDisk() {
        Host leader = cluster.elect();
        Host victim = forgetful(leader);
        victim.start();
        victim.slowDisk = true;
        cluster.run(500);
        assertEquals(Loss.POWER, victim.up().loss());
        victim.slowDisk = false;
        victim.write();
        cluster.run(500);
        assertEquals(Loss.NONE, victim.up().loss());
    }

    @Test
    void aRecoveringNodeDoesNotTakeOver() {
        Host leader = cluster.elect();
        Host victim = forgetful(leader);
        cluster.drop = message -> message instanceof CatchUp;
        victim.start();
        cluster.run(200);
        long term = leader.up().term();
        cluster.deliver(new TimeoutNow(leader.id, victim.id, term));
        cluster.settle();
        assertEquals(term, victim.up().term());
        cluster.cutOff.add(other(leader, victim).id);
        cluster.run(200);
        leader.step(new Event.Transfer());
        cluster.run(300);
        assertEquals(Role.FOLLOWER, victim.up().role());
    }

    @Test
    void aRecoveringNodeGrantsNoVote() {
        Host leader = cluster.elect();
        Host victim = forgetful(leader);
        cluster.cutOff.add(leader.id);
        victim.start();
        cluster.run(700);
        long term = leader.up().term() + 5;
        cluster.deliver(new RequestVote(other(leader, victim).id, victim.id, term, new LogPosition(99, term), true));
        assertEquals(0, victim.up().vote());
    }

    @Test
    void whenTheWholeRackLosesPowerTheBestLogOfAllIsElected() {
        Host leader = cluster.elect();
        for (String name : List.of("a", "b", "c")) {
            cluster.propose(leader, name);
        }
        cluster.run(300);
        cluster.host(1).losePower(3);
        cluster.host(2).losePower(1);
        cluster.host(3).losePower(2);
        cluster.start();
        cluster.elect();
        cluster.run(2_000);
        assertEquals(1, cluster.host(1).seen(Effect.RecoveryGivenUp.class).size());
        cluster.hosts.values().forEach(host -> assertEquals(Loss.NONE, host.up().loss()));
        List<String> left = cluster.host(2).commands();
        assertEquals(List.of("a", "b"), left.subList(0, 2));
        cluster.commands().values().forEach(commands -> assertEquals(left, commands));
    }

    @Test
    void aMajorityThatLostPowerWaitsForTheOneThatDoesNotAnswer() {
        Host leader = cluster.elect();
        cluster.run(300);
        cluster.host(1).losePower(0);
        cluster.host(2).losePower(0);
        cluster.host(3).crash();
        cluster.host(1).start();
        cluster.host(2).start();
        cluster.run(20_000);
        assertEquals(Role.FOLLOWER, cluster.host(1).up().role());
        Effect.RecoveryWaits waits = cluster.host(1)
                .seen(Effect.RecoveryWaits.class)
                .get(cluster.host(1).seen(Effect.RecoveryWaits.class).size() - 1);
        assertEquals(List.of(3L), waits.silent());
        cluster.host(3).start();
        assertTrue(cluster.elect() != null && leader != null);
    }

    /** What one voter of five says of itself in a round of questions: its run, and whether it is recovering. */
    private record Word(long run, boolean recovering) {}

    /** Of five voters one lost power and hears nobody but what the test says for the others; null says nothing. */
    private static final class Asker {
        final CoreCluster five = CoreCluster.of(5);
        final Host host = five.host(1);
        /** Nonces of the rounds of questions until it did without a leader. */
        final List<Long> rounds = new ArrayList<>();

        Asker(BiFunction<Long, Integer, @Nullable Word> others) {
            host.loss = Loss.POWER;
            host.start();
            for (int i = 0; i < 2_000 && !hasGivenUp(); i++) {
                five.tick();
                while (!five.network.isEmpty()) {
                    if (five.network.removeFirst() instanceof Query query) {
                        answer(query, others);
                    }
                }
            }
        }

        private void answer(Query query, BiFunction<Long, Integer, @Nullable Word> others) {
            if (!rounds.contains(query.nonce())) {
                rounds.add(query.nonce());
            }
            Word word = others.apply(query.to(), rounds.indexOf(query.nonce()) + 1);
            if (word != null) {
                host.step(new Event.Received(new QueryReply(
                        query.to(),
                        1,
                        1,
                        query.nonce(),
                        word.run,
                        word.recovering,
                        false,
                        new LogPosition(1, 1),
                        host.up().configuration())));
            }
        }

        boolean hasGivenUp() {
            return !host.seen(Effect.RecoveryGivenUp.class).isEmpty();
        }
    }

    @Test
    void whenAllHaveAnsweredTwiceAMajorityThatForgotIsDoneWithout() {
        Asker asker = new Asker((voter, round) -> new Word(voter, voter <= 3));
        assertTrue(asker.hasGivenUp());
        assertEquals(2, asker.rounds.size());
    }

    @Test
    void whoHasOneVoterSilentOrTooFewThatForgotGoesOnAsking() {
        Asker silent = new Asker((voter, round) -> voter == 5 ? null : new Word(voter, true));
        assertFalse(silent.hasGivenUp());
        Asker few = new Asker((voter, round) -> new Word(voter, voter <= 2));
        assertFalse(few.hasGivenUp());
        assertTrue(few.rounds.size() > 5, "it asked in " + few.rounds.size() + " rounds");
    }

    @Test
    void whoIsRecoveringInOneRoundOnlyOrStartedInBetweenHasNotForgottenAtTheSameTimeAsTheOthers() {
        Asker alternating = new Asker((voter, round) -> new Word(voter, voter <= 3 && round % 2 == 0));
        assertFalse(alternating.hasGivenUp());
        Asker started = new Asker((voter, round) -> new Word(voter == 3 ? round : voter, voter <= 3));
        assertFalse(started.hasGivenUp());
    }

    @Test
    void voterAfterVoterThatLostPowerIsNoRack() {
        // Two of five are recovering at a time, never three: a third of them only after the second has recovered.
        CoreCluster five = CoreCluster.of(5).start();
        Host leader = five.elect();
        List<Host> followers =
                five.hosts.values().stream().filter(host -> host != leader).toList();
        Host asker = followers.get(0);
        five.drop = message -> message.to() == asker.id && !(message instanceof QueryReply);
        asker.losePower(0);
        asker.start();
        Host second = followers.get(1);
        second.losePower(0);
        second.start();
        // The leader is not heard by whoever asks.
        Predicate<Message> mute = message -> message instanceof QueryReply reply && reply.hearsLeader();
        five.drop = five.drop.or(mute);
        five.run(3_000);
        Host third = followers.get(2);
        third.losePower(0);
        third.start();
        five.run(3_000);
        assertEquals(List.of(), asker.seen(Effect.RecoveryGivenUp.class));
    }

    @Test
    void aSoleVoterThatLostPowerGoesOnWithAWarning() {
        CoreCluster one = CoreCluster.of(1);
        one.host(1).loss = Loss.POWER;
        one.start();
        one.elect();
        assertEquals(1, one.host(1).seen(Effect.RecoveryGivenUp.class).size());
        assertEquals(Loss.NONE, one.host(1).up().loss());
    }

    @Test
    void aDamagedLogIsNeverGivenUp() {
        CoreCluster damaged = CoreCluster.of(3);
        damaged.hosts.values().forEach(host -> host.loss = Loss.CORRUPTION);
        damaged.start();
        damaged.run(20_000);
        damaged.hosts
                .values()
                .forEach(host -> assertEquals(Role.FOLLOWER, host.up().role()));
        CoreCluster one = CoreCluster.of(1);
        one.host(1).loss = Loss.CORRUPTION;
        one.start();
        one.run(20_000);
        assertEquals(Role.FOLLOWER, one.host(1).up().role());
    }

    @Test
    void aLogThatIsGoneComesBackFromTheLeader() {
        Host leader = cluster.elect();
        Host victim = forgetful(leader);
        victim.disk.clear();
        victim.loss = Loss.CORRUPTION;
        victim.start();
        cluster.run(1_000);
        assertEquals(Loss.NONE, victim.up().loss());
        assertEquals(List.of("a", "b", "c"), victim.commands());
    }

    @Test
    void bothHalvesOfAJointConfigurationAreAsked() {
        CoreCluster joint = new CoreCluster();
        List<Member> members = List.of(
                CoreCluster.member(1, Voting.VOTER),
                CoreCluster.member(2, Voting.OUTGOING),
                CoreCluster.member(3, Voting.INCOMING));
        var entry = new dev.huck.raft.api.spi.LogEntry(
                1, 1, Entries.configuration(0, new Configuration(1, members, CoreCluster.SETTINGS)));
        for (long id = 1; id <= 3; id++) {
            joint.add(id).disk.add(entry);
        }
        joint.host(1).loss = Loss.POWER;
        joint.host(2).loss = Loss.POWER;
        joint.host(1).start();
        joint.host(2).start();
        joint.run(20_000);
        assertEquals(Role.FOLLOWER, joint.host(1).up().role());
        joint.host(3).start();
        joint.elect();
    }

    @Test
    void aConfigurationThatOnlyOthersHoldMayNeedTheVotesOfThoseWhoForgot() {
        // Of five, 4 and 5 lost power; then 1 to 3 appended that 1 leaves: of the four that stay, half have forgotten.
        CoreCluster five = CoreCluster.of(5);
        List<Member> members = new ArrayList<>();
        members.add(CoreCluster.member(1, Voting.OUTGOING));
        for (long id = 2; id <= 5; id++) {
            members.add(CoreCluster.member(id, Voting.VOTER));
        }
        var leaving = new dev.huck.raft.api.spi.LogEntry(
                2, 1, Entries.configuration(0, new Configuration(2, members, CoreCluster.SETTINGS)));
        for (long id = 1; id <= 3; id++) {
            five.host(id).disk.add(leaving);
        }
        five.host(4).loss = Loss.POWER;
        five.host(5).loss = Loss.POWER;
        five.start();
        five.elect();
        five.run(2_000);
        assertEquals(Loss.NONE, five.host(4).up().loss());
        assertEquals(Loss.NONE, five.host(5).up().loss());
    }

    /** A follower that recovers, gets nothing from the leader but hearing it, and so does not end. */
    private Host stuckRecovering(Host leader) {
        Host victim = forgetful(leader);
        victim.start();
        cluster.drop = message -> message instanceof CatchUp;
        cluster.run(500);
        assertEquals(Loss.POWER, victim.up().loss());
        return victim;
    }

    @Test
    void aChangeWhoseMajorityNeedsARecoveringVoterIsRefusedAndNamesIt() {
        Host leader = cluster.elect();
        Host victim = stuckRecovering(leader);
        Host fit = other(leader, victim);
        leader.step(new Event.ChangeMembers(1, Change.of(new Change.Remove(fit.id))));
        cluster.run(700);
        Effect.Changed refused = leader.seen(Effect.Changed.class).get(0);
        assertEquals(Rejection.UNFIT_VOTERS, refused.reason());
        assertEquals(
                List.of(victim.id),
                refused.unfit().stream().map(Member::storeId).toList());
        leader.step(new Event.ChangeMembers(2, Change.of(new Change.Demote(fit.id))));
        cluster.run(700);
        assertEquals(
                Rejection.UNFIT_VOTERS, leader.seen(Effect.Changed.class).get(1).reason());
        assertFalse(leader.up().configuration().isJoint());
    }

    @Test
    void itIsAcceptedOnceTheVoterHasCaughtUp() {
        Host leader = cluster.elect();
        Host victim = stuckRecovering(leader);
        cluster.drop = message -> false;
        cluster.run(500);
        assertEquals(Loss.NONE, victim.up().loss());
        leader.step(new Event.ChangeMembers(1, Change.of(new Change.Remove(other(leader, victim).id))));
        cluster.run(500);
        assertNull(leader.seen(Effect.Changed.class).get(0).reason());
        assertEquals(2, leader.up().configuration().members().size());
    }

    @Test
    void aRecoveringVoterItselfMayBeRemoved() {
        Host leader = cluster.elect();
        Host victim = stuckRecovering(leader);
        leader.step(new Event.ChangeMembers(1, Change.of(new Change.Remove(victim.id))));
        cluster.run(500);
        assertNull(leader.seen(Effect.Changed.class).get(0).reason());
        assertEquals(2, leader.up().configuration().members().size());
    }

    @Test
    void aPlannedChangeBeginsOnlyWhenItNeedsNoRecoveringVoter() {
        Host leader = cluster.elect();
        Host victim = stuckRecovering(leader);
        Host fit = other(leader, victim);
        Host newcomer = cluster.add(4);
        newcomer.hardState = new HardState(0, 0);
        newcomer.start();
        // The victim and the newcomer would be left: both are needed.
        leader.step(new Event.ChangeMembers(
                1,
                Change.of(
                        new Change.Remove(fit.id),
                        new Change.Remove(leader.id),
                        new Change.Add(CoreCluster.member(4, Voting.NEWCOMER)))));
        cluster.run(3_000);
        assertEquals(leader.up().last().index(), newcomer.up().last().index());
        assertTrue(leader.up().configuration().isPlanned());
        cluster.drop = message -> false;
        cluster.run(3_000);
        assertEquals(Loss.NONE, victim.up().loss());
        assertEquals(2, cluster.elect().up().configuration().members().size());
    }
}
