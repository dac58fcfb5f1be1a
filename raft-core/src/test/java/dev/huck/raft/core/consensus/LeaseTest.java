package dev.huck.raft.core.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.CoreCluster.Host;
import dev.huck.raft.core.consensus.Member.Voting;
import dev.huck.raft.core.consensus.Message.Append;
import dev.huck.raft.core.consensus.Message.AppendReply;
import dev.huck.raft.core.consensus.Message.RequestVote;
import dev.huck.raft.core.consensus.Message.TimeoutNow;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Dissertation §6.4.1, with the clock of design: a lease is 0.9 of the shortest election timeout, from the time of sending. */
class LeaseTest {
    private static final long MILLIS = CoreCluster.MILLIS;
    private final CoreCluster cluster = CoreCluster.of(3).start();
    private final Host leader = cluster.elect();

    private boolean hasLease() {
        return cluster.now < leader.up().leaseUntil();
    }

    @Test
    void aLeaseCountsFromTheSendingOfWhatWasConfirmed() {
        long[] beat = cluster.beats();
        cluster.run(200);
        Predicate<Message> watched = cluster.drop;
        AppendReply[] late = new AppendReply[1];
        cluster.drop = message -> {
            if (message instanceof AppendReply reply) {
                late[0] = reply;
                return true;
            }
            return watched.test(message);
        };
        cluster.run(100);
        long sent = beat[0];
        cluster.drop = message -> message instanceof Append || message instanceof AppendReply;
        cluster.run(200);
        // The answer comes now; what it answers had left by then.
        leader.step(new Event.Received(late[0]));
        assertEquals(sent + CoreCluster.LEASE, leader.up().leaseUntil());
        assertTrue(sent <= cluster.now - 200 * MILLIS);
    }

    @Test
    void aLeaseIsVoidWhileLeadershipIsHandedOverBeforeTheOfferLeaves() {
        assertTrue(hasLease());
        cluster.cutOff.add(leader.id); // so that the heir can't catch up at once
        cluster.propose(leader, "a");
        leader.step(new Event.Transfer());
        assertTrue(cluster.network.stream().noneMatch(TimeoutNow.class::isInstance));
        assertFalse(hasLease());
    }

    @Test
    void aLeaseStaysVoidForTheTermOnceItWasOffered() {
        cluster.drop = TimeoutNow.class::isInstance;
        leader.step(new Event.Transfer());
        cluster.run(2000);
        assertEquals(Role.LEADER, leader.up().role());
        assertFalse(hasLease(), "the offer may still arrive");
    }

    @Test
    void aVoterThatHearsItsLeaderHelpsNobodyButTheHeir() {
        Host voter = cluster.host(leader.id % 3 + 1);
        long other = 6 - leader.id - voter.id;
        long term = voter.up().term();
        voter.step(new Event.Received(
                new RequestVote(other, voter.id, term + 1, voter.up().last(), false)));
        assertEquals(term, voter.up().term());
        voter.step(new Event.Received(
                new RequestVote(other, voter.id, term + 1, voter.up().last(), true)));
        assertEquals(term + 1, voter.up().term());
    }

    @Test
    void aLeaseIsVoidAfterAPauseUntilALaterRoundIsConfirmed() {
        assertTrue(hasLease());
        cluster.now += 310 * MILLIS; // less than a lease, more than a turn may take
        leader.step(new Event.Propose(99, java.util.List.of(dev.huck.raft.api.Command.of("a")), cluster.now, 1));
        assertFalse(hasLease());
        cluster.settle();
        assertFalse(hasLease(), "an answer to what left before the pause");
        cluster.run(200);
        assertTrue(hasLease());
    }

    @Test
    void aLeaseIsVoidWhenTheNodeIsToldThatItStoodStill() {
        leader.step(new Event.Paused());
        assertFalse(hasLease());
        cluster.run(200);
        assertTrue(hasLease());
    }

    @Test
    void aLeaseIsVoidFromAChangeOfMembershipUntilTheNewQuorumHasConfirmedALaterRound() {
        assertTrue(hasLease());
        cluster.cutOff.add(leader.id);
        leader.step(new Event.ChangeMembers(1, change(CoreCluster.member(4, Voting.NEWCOMER))));
        assertFalse(hasLease());
        cluster.cutOff.clear();
        cluster.run(300);
        assertTrue(hasLease());
    }

    /** The one that is left stands as soon as it starts, as nobody else votes. */
    @Test
    void aLeaderThatRemovesItselfHasNoLease() {
        CoreCluster two = CoreCluster.of(2).start();
        Host removed = two.elect();
        Host left = two.host(3 - removed.id);
        two.run(500);
        two.proposeChange(removed, Change.of(new Change.Remove(removed.id)));
        while (removed.up().configuration().isVoter(removed.id)) {
            two.deliver(two.network.removeFirst());
        }
        left.slowDisk = true; // so that it answers, and the removal does not commit
        two.run(300);
        assertEquals(Role.LEADER, removed.up().role());
        assertFalse(two.now < removed.up().leaseUntil());
    }

    private static Change change(Member member) {
        return Change.of(new Change.Add(member));
    }

    @Test
    void aSoleVoterNeedsNobody() {
        CoreCluster one = CoreCluster.of(1).start();
        Host sole = one.elect();
        one.now += 10_000 * MILLIS;
        assertTrue(one.now < sole.up().leaseUntil());
    }

    @Test
    void aSoleVoterThatIsBeingJoinedNeedsTheOther() {
        CoreCluster one = CoreCluster.of(1).start();
        Host sole = one.elect();
        Host second = one.add(2);
        second.start();
        sole.step(new Event.ChangeMembers(1, change(CoreCluster.member(2, Voting.NEWCOMER))));
        one.run(500);
        assertEquals(
                2,
                sole.up().configuration().members().stream()
                        .filter(m -> m.voting() == Voting.VOTER)
                        .count());
        long[] beat = one.beats();
        one.run(200);
        one.cutOff.add(2L);
        one.run(200);
        assertEquals(beat[0] + CoreCluster.LEASE, sole.up().leaseUntil());
    }
}
