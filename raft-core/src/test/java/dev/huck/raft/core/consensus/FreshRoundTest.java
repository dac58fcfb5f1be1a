package dev.huck.raft.core.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.CoreCluster.Host;
import dev.huck.raft.core.consensus.Member.Voting;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A change of voters is proposed on what a round says that left after it was asked for, and on nothing older. */
class FreshRoundTest {
    private final CoreCluster cluster = CoreCluster.of(3).start();
    private final Host leader = cluster.elect();
    private final Host first = other(leader);
    private final Host second = other(leader, first);

    private Host other(Host... known) {
        return cluster.hosts.values().stream()
                .filter(host -> !List.of(known).contains(host))
                .findFirst()
                .orElseThrow();
    }

    private void remove(long request, Host host) {
        leader.step(new Event.ChangeMembers(request, Change.of(new Change.Remove(host.id))));
    }

    private boolean isJoint() {
        return leader.up().configuration().isJoint();
    }

    private List<Effect.Changed> ended() {
        return leader.seen(Effect.Changed.class);
    }

    private static List<Long> unfit(Effect.Changed refused) {
        return refused.unfit().stream().map(Member::storeId).toList();
    }

    @Test
    void aChangeIsProposedOnceThoseItLeansOnHaveAnsweredARoundThatLeftAfterIt() {
        cluster.network.clear();
        remove(1, second);
        assertFalse(isJoint(), "both answered a moment ago, and that says nothing of now");
        cluster.drop = message -> message.from() == second.id;
        cluster.settle();
        assertTrue(isJoint() || leader.up().configuration().member(second.id) == null, "only the first is needed");
    }

    @Test
    void anAnswerToARoundThatLeftBeforeTheChangeCameDoesNotCount() {
        List<Message> late = new ArrayList<>();
        cluster.drop = message -> message.to() == leader.id && late.add(message);
        cluster.run(100);
        assertFalse(late.isEmpty());
        remove(1, second);
        cluster.network.clear();
        cluster.drop = message -> false;
        late.forEach(cluster::deliver);
        assertFalse(isJoint());
    }

    @Test
    void aVoterThatFellSilentAMomentAgoIsNotLeanedOn() {
        first.crash();
        remove(1, second);
        cluster.settle();
        assertFalse(isJoint(), "it answered until a moment ago");
        cluster.run(700);
        assertEquals(Rejection.UNFIT_VOTERS, ended().get(0).reason());
        assertTrue(ended().get(0).outcomeKnown());
        assertEquals(List.of(first.id), unfit(ended().get(0)));
        assertEquals(3, leader.up().configuration().members().size());
    }

    @Test
    void aVoterThatForgotAMomentAgoIsNotLeanedOn() {
        cluster.drop = message -> message instanceof Message.CatchUp;
        first.losePower(0);
        first.start();
        remove(1, second);
        cluster.settle();
        assertFalse(isJoint());
        cluster.run(700);
        assertEquals(Rejection.UNFIT_VOTERS, ended().get(0).reason());
        assertEquals(List.of(first.id), unfit(ended().get(0)));
    }

    @Test
    void aLateAnswerFromBeforeItForgotDoesNotMakeAVoterFit() {
        List<Message> late = new ArrayList<>();
        cluster.drop = message -> message.from() == first.id && late.add(message);
        cluster.run(100);
        assertFalse(late.isEmpty());
        first.losePower(0);
        first.start();
        cluster.drop = message -> message instanceof Message.CatchUp;
        remove(1, second);
        cluster.settle();
        late.forEach(cluster::deliver);
        cluster.settle();
        assertFalse(isJoint());
    }

    @Test
    void aVoterThatCatchesUpWhileTheChangeWaitsIsFit() {
        cluster.drop = message -> message instanceof Message.CatchUp;
        first.losePower(0);
        first.start();
        remove(1, second);
        cluster.run(200);
        assertFalse(isJoint());
        cluster.drop = message -> false;
        cluster.run(300);
        assertNull(ended().get(0).reason());
        assertEquals(2, leader.up().configuration().members().size());
    }

    @Test
    void anotherChangeIsRefusedWhileOneWaitsForItsRound() {
        remove(1, first);
        remove(2, second);
        assertEquals(2, ended().get(0).request());
        assertEquals(Rejection.CHANGE_IN_PROGRESS, ended().get(0).reason());
        cluster.run(300);
        assertEquals(1, ended().get(1).request());
        assertNull(ended().get(1).reason());
    }

    @Test
    void whoLosesLeadershipWhileAChangeWaitsHasRefusedItForGood() {
        cluster.cutOff.add(leader.id);
        remove(1, second);
        cluster.run(2_000);
        assertFalse(leader.up().role() == Role.LEADER);
        assertEquals(Rejection.NOT_LEADER, ended().get(0).reason());
        assertTrue(ended().get(0).outcomeKnown(), "it was never proposed");
        cluster.cutOff.clear();
        cluster.run(3_000);
        assertEquals(1, ended().size());
        assertEquals(3, cluster.elect().up().configuration().members().size());
    }

    @Test
    void aLeaderThatHandsOverWhileAChangeWaitsRefusesIt() {
        remove(1, second);
        leader.step(new Event.Transfer());
        cluster.settle();
        assertEquals(Rejection.TRANSFERRING, ended().get(0).reason());
        assertFalse(isJoint());
    }

    @Test
    void whatMovesNoVoteIsProposedAtOnceBecauseTheOthersMayNotBeReachedBefore() {
        cluster.network.clear();
        leader.step(new Event.ChangeMembers(
                1, Change.of(new Change.Update(first.id, "elsewhere:1", Member.Versions.CURRENT))));
        Member moved = Objects.requireNonNull(leader.up().configuration().member(first.id));
        assertEquals("elsewhere:1", moved.address());
    }

    @Test
    void aLeaderThatStillRecoversIsNotLeanedOn() {
        cluster.run(300);
        cluster.hosts.values().forEach(host -> host.losePower(0));
        cluster.start();
        Host elected = null;
        while (elected == null) {
            if (cluster.network.isEmpty()) {
                cluster.tick();
                continue;
            }
            Message message = cluster.network.removeFirst();
            Host to = cluster.host(message.to());
            to.slowDisk |= message instanceof Message.VoteReply;
            cluster.deliver(message);
            elected = to.up().role() == Role.LEADER ? to : null;
        }
        cluster.run(300);
        assertEquals(Loss.POWER, elected.up().loss(), "that it has recovered is not written down yet");
        long removed = other(elected).id;
        elected.step(new Event.ChangeMembers(1, Change.of(new Change.Remove(removed))));
        cluster.run(650);
        Effect.Changed refused = elected.seen(Effect.Changed.class).get(0);
        assertEquals(Rejection.UNFIT_VOTERS, refused.reason());
        assertEquals(List.of(elected.id), unfit(refused));
    }

    /** One that has caught up while nobody else was heard: what the others answered comes late. */
    private List<Message> promotionThatWaits() {
        Host newcomer = cluster.add(4);
        newcomer.hardState = new HardState(0, 0);
        leader.step(new Event.ChangeMembers(1, Change.of(new Change.Add(CoreCluster.member(4, Voting.NEWCOMER)))));
        cluster.run(200);
        newcomer.start();
        List<Message> late = new ArrayList<>();
        cluster.drop = message -> message.to() == leader.id && message.from() != 4 && late.add(message);
        cluster.run(300);
        assertEquals(Voting.NEWCOMER, voting(4));
        cluster.drop = message -> false;
        cluster.network.clear();
        return late;
    }

    private Voting voting(long id) {
        return Objects.requireNonNull(leader.up().configuration().member(id)).voting();
    }

    @Test
    void aNewcomerIsPromotedOnlyWhenThoseThatWouldVoteHaveAnsweredSince() {
        List<Message> late = promotionThatWaits();
        late.forEach(cluster::deliver);
        assertEquals(Voting.INCOMING, voting(4));
        cluster.run(500);
        assertEquals(Voting.VOTER, voting(4));
    }

    @Test
    void aNewcomerThatIsSilentSinceItCaughtUpIsNotPromoted() {
        Host newcomer = cluster.add(4);
        newcomer.hardState = new HardState(0, 0);
        leader.step(new Event.ChangeMembers(1, Change.of(new Change.Add(CoreCluster.member(4, Voting.NEWCOMER)))));
        cluster.run(200);
        newcomer.start();
        boolean[] silent = {false};
        cluster.drop = message -> {
            boolean now = silent[0];
            silent[0] |= message instanceof Message.AppendReply reply
                    && reply.from() == 4
                    && reply.match() == leader.up().last().index();
            return now && message.from() == 4;
        };
        cluster.run(300);
        assertTrue(silent[0]);
        assertEquals(Voting.NEWCOMER, voting(4));
        cluster.drop = message -> false;
        cluster.run(300);
        assertEquals(Voting.VOTER, voting(4));
    }

    @Test
    void aChangeThatWaitsForItsRoundGoesBeforeAPromotion() {
        List<Message> late = promotionThatWaits();
        remove(2, second);
        late.forEach(cluster::deliver);
        assertEquals(Voting.NEWCOMER, voting(4));
        cluster.run(500);
        assertEquals(2, ended().get(0).request());
        assertNull(ended().get(0).reason());
        assertEquals(Voting.VOTER, voting(4));
    }

    @Test
    void whoHandsOverPromotesNobody() {
        List<Message> late = promotionThatWaits();
        leader.step(new Event.Transfer());
        late.forEach(cluster::deliver);
        assertEquals(Voting.NEWCOMER, voting(4));
    }
}
