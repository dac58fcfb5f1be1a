package dev.huck.raft.core.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.CoreCluster.Host;
import dev.huck.raft.core.consensus.Message.AppendReply;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Raft §5: elections, replication, commitment. */
class ReplicationTest {

    @Test
    void aSoleVoterLeadsAtOnceAndCommits() {
        CoreCluster cluster = CoreCluster.of(1).start();
        cluster.propose(cluster.host(1), "a");
        assertEquals(Role.LEADER, cluster.host(1).up().role());
        assertEquals(List.of("a"), cluster.host(1).commands());
    }

    @Test
    void aSoleVoterDoesNotLeadBeforeItsVoteIsDurable() {
        CoreCluster cluster = CoreCluster.of(1);
        cluster.host(1).slowDisk = true;
        cluster.start();
        assertEquals(Role.CANDIDATE, cluster.host(1).up().role());
        cluster.host(1).write();
        assertEquals(Role.LEADER, cluster.host(1).up().role());
    }

    @Test
    void threeNodesElectOneLeaderAndApplyTheSameCommands() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        cluster.propose(leader, "a");
        cluster.propose(leader, "b");
        cluster.run(300);
        for (Host host : cluster.hosts.values()) {
            assertEquals(List.of("a", "b"), host.commands(), "host " + host.id);
        }
    }

    @Test
    void nothingCommitsWithoutAQuorumThatHoldsItDurably() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        cluster.hosts.values().forEach(host -> host.slowDisk = true);
        cluster.propose(leader, "a");
        cluster.settle();
        assertFalse(leader.commands().contains("a"));
        cluster.hosts.values().forEach(Host::write);
        cluster.settle();
        assertTrue(leader.commands().contains("a"));
    }

    @Test
    void followersAloneCommitWhileTheLeadersDiskIsSlow() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        leader.slowDisk = true;
        cluster.propose(leader, "a");
        cluster.settle();
        assertTrue(leader.commands().contains("a"));
    }

    @Test
    void aNewLeaderIsElectedWhenTheLeaderIsGoneAndKeepsWhatWasCommitted() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        cluster.propose(leader, "a");
        cluster.settle();
        leader.crash();
        Host next = cluster.elect();
        cluster.propose(next, "b");
        cluster.run(300);
        assertEquals(List.of("a", "b"), next.commands());
        leader.start();
        cluster.run(2000);
        assertEquals(List.of("a", "b"), leader.commands());
    }

    @Test
    void anEntryOfAnEarlierTermIsNotCommittedByCounting() {
        // Raft figure 8: what an old term left behind commits only together with an entry of the present term.
        CoreCluster cluster = CoreCluster.of(3);
        cluster.limits =
                new Limits(1, 64 << 10, 64, 1 << 20, 1 << 20, 1 << 20, Long.MAX_VALUE, 0, 1024); // An entry a message.
        Host first = cluster.start().elect();
        Host holder = cluster.host(first.id % 3 + 1);
        Host third = cluster.host(holder.id % 3 + 1);
        cluster.drop = message -> message instanceof Message.AppendReply
                || (message instanceof Message.Append append && append.to() == third.id);
        cluster.propose(first, "old");
        cluster.settle();
        LogPosition old = holder.up().last();
        assertEquals(first.up().last(), old);
        assertTrue(third.up().last().index() < old.index());
        first.crash();
        // The holder's own entry reaches nobody; the old one does, and is on the disks of two of three.
        cluster.drop = message -> message instanceof Message.Append append
                && append.entries().stream().anyMatch(entry -> entry.term() == append.term());
        assertEquals(holder, cluster.elect());
        assertEquals(old.index(), holder.up().matchOf(third.id));
        assertTrue(holder.up().commitIndex() < old.index(), "committed by counting");
        cluster.drop = message -> false;
        cluster.run(1000);
        assertEquals(List.of("old"), third.commands());
    }

    @Test
    void aConflictingSuffixIsReplacedWithoutTouchingWhatAgrees() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host first = cluster.elect();
        cluster.propose(first, "a");
        cluster.settle();
        cluster.cutOff.add(first.id);
        for (int i = 0; i < 20; i++) {
            cluster.propose(first, "lost" + i);
        }
        Host second = cluster.elect();
        cluster.propose(second, "b");
        cluster.run(200);
        cluster.cutOff.clear();
        cluster.run(2000);
        assertEquals(List.of("a", "b"), first.commands());
        assertEquals(second.up().last(), first.up().last());
    }

    @Test
    void aDuplicatedAndDelayedAppendDoesNotTruncateWhatFollows() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        long follower = leader.id == 1 ? 2 : 1;
        cluster.propose(leader, "a");
        Message early = cluster.network.stream()
                .filter(m -> m.to() == follower && m instanceof Message.Append)
                .findFirst()
                .orElseThrow();
        cluster.settle();
        cluster.propose(leader, "b");
        cluster.settle();
        LogPosition before = cluster.host(follower).up().last();
        cluster.deliver(early);
        assertEquals(before, cluster.host(follower).up().last());
    }

    @Test
    void aLeaderWithoutItsQuorumStepsDownAndGoesSilent() {
        CoreCluster cluster = CoreCluster.of(5).start();
        Host leader = cluster.elect();
        for (Host host : cluster.hosts.values()) {
            if (host.id != leader.id && host.id != (leader.id % 5) + 1) {
                host.crash();
            }
        }
        cluster.run(1000);
        assertFalse(leader.up().role() == Role.LEADER);
    }

    @Test
    void answersToRoundsThatWereAnsweredLongAgoKeepNoLeader() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        List<Message> late = new ArrayList<>();
        cluster.drop = message -> message instanceof AppendReply && message.to() == leader.id && !late.add(message);
        cluster.run(500);
        assertFalse(late.isEmpty());
        cluster.drop = message -> message.to() == leader.id || message.from() == leader.id;
        for (int i = 0; i < 10; i++) {
            late.forEach(message -> leader.step(new Event.Received(message)));
            cluster.run(100);
        }
        assertFalse(leader.up().role() == Role.LEADER);
    }

    @Test
    void lateAnswersAloneKeepALeaderNoLongerThanTwoElectionTimeouts() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        cluster.run(300);
        ArrayDeque<Message> way = new ArrayDeque<>();
        cluster.drop = message -> message.to() == leader.id && way.add(message);
        cluster.run(500);
        int answers = way.size() / 5;
        cluster.drop = message -> message.to() == leader.id;
        for (int i = 0; i < 5; i++) {
            cluster.run(i == 0 ? 0 : 400);
            for (int j = 0; j < answers; j++) {
                leader.step(new Event.Received(way.removeFirst()));
            }
        }
        assertEquals(Role.LEADER, leader.up().role(), "each of them was news");
        cluster.run(300);
        assertFalse(
                leader.up().role() == Role.LEADER,
                "the last came 300 ms ago, and is of a round that left 1,900 ms ago");
    }

    @Test
    void aWayThatBecomesSlowerThanAnElectionKeepsItsLeaderWhileAnswersCome() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        ArrayDeque<AppendReply> way = new ArrayDeque<>();
        cluster.drop = message -> message instanceof AppendReply reply && reply.to() == leader.id && way.add(reply);
        for (int i = 0; i < 60; i++) {
            cluster.run(100);
            int late = Math.min(i / 3, 12); // hundreds of milliseconds
            while (!way.isEmpty() && way.getFirst().round() <= i + 1 - late) {
                leader.step(new Event.Received(way.removeFirst()));
            }
            assertEquals(Role.LEADER, leader.up().role(), "after " + i);
        }
        assertEquals(24, way.size(), 4, "answers of 1.2 s are under way");
    }

    @Test
    void aWayThatHasLostMuchIsTrustedAgainAfterAFewAnswers() {
        long shortest = 300 * CoreCluster.MILLIS;
        Progress peer = new Progress(2, 1, 1, 0);
        for (int i = 0; i < 10; i++) {
            peer.lost(shortest, 1);
        }
        assertEquals(64 * shortest, peer.patience);
        for (int index = 1; index <= 6; index++) {
            peer.sent(index, 100, index * CoreCluster.MILLIS);
            peer.matched(index, (index + 1) * CoreCluster.MILLIS);
        }
        assertEquals(shortest, peer.patience);
    }

    @Test
    void aNodeThatWasCutOffReturnsWithoutAnElection() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        long follower = leader.id == 1 ? 2 : 1;
        cluster.cutOff.add(follower);
        cluster.run(10_000);
        long term = leader.up().term();
        cluster.cutOff.clear();
        cluster.run(3000);
        assertEquals(Role.LEADER, leader.up().role());
        assertEquals(term, leader.up().term());
        assertEquals(term, cluster.host(follower).up().term());
    }

    @Test
    void aVoteIsOnDiskBeforeItIsGivenAndOutlivesARestart() {
        CoreCluster cluster = CoreCluster.of(3);
        Host voter = cluster.host(1);
        voter.start();
        cluster.now += 700 * CoreCluster.MILLIS;
        voter.slowDisk = true;
        LogPosition last = voter.up().last();
        voter.step(new Event.Received(new Message.RequestVote(2, 1, 5, last, false)));
        assertTrue(cluster.network.isEmpty(), "a vote left before it was durable");
        voter.write();
        assertEquals(new HardState(5, 2), voter.hardState);
        voter.crash();
        cluster.network.clear();
        voter.slowDisk = false;
        voter.start();
        cluster.now += 700 * CoreCluster.MILLIS;
        voter.step(new Event.Received(new Message.RequestVote(3, 1, 5, last, false)));
        assertFalse(((Message.VoteReply) cluster.network.getLast()).granted());
    }

    @Test
    void leadershipIsHandedOverWithoutWaitingForATimeout() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        cluster.propose(leader, "a");
        cluster.settle();
        leader.step(new Event.Transfer());
        cluster.settle();
        assertEquals(Role.FOLLOWER, leader.up().role());
        Host next = cluster.elect();
        assertTrue(next.id != leader.id);
        assertEquals(List.of("a"), next.commands());
    }

    @Test
    void leadershipIsHandedToTheVoterThatIsNamedThoughAnotherHasMoreOfTheLog() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        Host named = cluster.host(leader.id % 3 + 1);
        cluster.cutOff.add(named.id);
        cluster.propose(leader, "a");
        cluster.settle();
        cluster.cutOff.clear();
        leader.step(new Event.Transfer(named.id));
        cluster.run(500);
        assertEquals(Role.LEADER, named.up().role(), "it catches up first");
        assertEquals(List.of("a"), named.commands());
    }

    @Test
    void whoHasTheBetterLogLearnsTheLaterTermFromARefusalAndIsElected() {
        // etcd#8243: one has more of the log and the other the later term, so neither is granted a pre-vote at first.
        CoreCluster cluster = CoreCluster.of(3);
        Host better = cluster.host(1);
        better.disk.add(new LogEntry(2, 1, Entries.noop(0)));
        cluster.host(2).hardState = new HardState(9, 0);
        better.start();
        cluster.host(2).start();
        assertEquals(better, cluster.elect());
        assertTrue(better.up().term() > 9);
    }

    @Test
    void aLeaderThatWasFullTakesCommandsAgainOnceItsOwnAreApplied() {
        CoreCluster cluster = CoreCluster.of(3);
        cluster.limits = new Limits(4096, 64 << 10, 64, 1 << 20, 1 << 20, 1_000, Long.MAX_VALUE, 0, 1024);
        Host leader = cluster.start().elect();
        for (int round = 0; round < 3; round++) {
            cluster.hosts.values().forEach(host -> host.slowDisk = true);
            int refused = leader.seen(Effect.Rejected.class).size();
            for (int i = 0; i < 100; i++) {
                cluster.propose(leader, "x" + i);
            }
            assertTrue(leader.seen(Effect.Rejected.class).size() > refused, "it never was full");
            cluster.hosts.values().forEach(host -> host.slowDisk = false);
            for (int i = 0; i < 3; i++) {
                cluster.hosts.values().forEach(Host::write);
                cluster.settle();
            }
            refused = leader.seen(Effect.Rejected.class).size();
            cluster.propose(leader, "after" + round);
            cluster.settle();
            assertEquals(refused, leader.seen(Effect.Rejected.class).size(), "refused though nothing is under way");
            assertTrue(leader.commands().contains("after" + round));
        }
    }

    @Test
    void leadershipIsNotHandedToALearner() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        cluster.add(9).start();
        leader.step(
                new Event.ChangeMembers(1, Change.of(new Change.Add(CoreCluster.member(9, Member.Voting.LEARNER)))));
        cluster.run(500);
        leader.step(new Event.Transfer(9));
        cluster.run(500);
        assertEquals(Role.LEADER, leader.up().role());
        cluster.propose(leader, "a");
        cluster.settle();
        assertEquals(List.of("a"), leader.commands(), "and goes on to take commands");
    }

    @Test
    void aFollowerThatNeedsCompactedEntriesIsSentASnapshot() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        long lagging = leader.id == 1 ? 2 : 1;
        cluster.cutOff.add(lagging);
        cluster.run(2000); // until it counts as one that does not answer
        for (int i = 0; i < 2000; i++) {
            cluster.propose(leader, "x" + i);
            cluster.settle();
        }
        leader.step(new Event.SnapshotSaved(leader.up().last()));
        assertEquals(0, leader.up().base().index(), "compacted although there is no second snapshot to fall back to");
        cluster.propose(leader, "last");
        cluster.settle();
        LogPosition covered = leader.up().last();
        leader.snapshot = covered;
        leader.step(new Event.SnapshotSaved(covered));
        assertTrue(leader.up().base().index() > 1);
        cluster.cutOff.clear();
        cluster.run(2000);
        assertFalse(leader.seen(Effect.ReadChunk.class).isEmpty());
        Effect.ReadChunk read = leader.seen(Effect.ReadChunk.class)
                .get(leader.seen(Effect.ReadChunk.class).size() - 1);
        leader.step(new Event.ChunkRead(read.peer(), read.session(), covered, 3, 0, new byte[] {1, 2, 3}));
        cluster.settle();
        Host behind = cluster.host(lagging);
        assertEquals(1, behind.seen(Effect.StoreChunk.class).size());
        behind.step(new Event.ChunkStored(covered, 3, leader.up().configuration(), cluster.now));
        cluster.settle();
        assertEquals(covered, behind.up().base());
        cluster.propose(leader, "after");
        cluster.run(500);
        assertEquals(
                List.of("after"),
                behind.commands().stream().filter(c -> c.equals("after")).toList());
    }

    @Test
    void aNodeThatKnowsMoreThanTheClusterKeptStopsAndSaysSo() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        cluster.propose(leader, "a");
        cluster.propose(leader, "b");
        cluster.run(300);
        Host ahead = cluster.host(leader.id == 1 ? 2 : 1);
        long committed = ahead.up().commitIndex();
        long later = ahead.up().term() + 1;
        // As after a power cut of the two others below durability high, while this one, a learner say, goes on.
        LogPosition before = new LogPosition(committed - 1, leader.up().term());
        LogEntry other = new LogEntry(committed, later, Entries.noop(cluster.now));
        HuckException stops = assertThrows(
                HuckException.StorageFailed.class,
                () -> ahead.step(new Event.Received(new Message.Append(
                        leader.id, ahead.id, later, later << 24, 1, before, List.of(other), committed, null))));
        assertTrue(String.valueOf(stops.getMessage()).contains("a majority has lost"), stops.getMessage());
        assertEquals(committed, ahead.up().last().index());
        assertEquals(leader.up().term(), ahead.up().last().term(), "what is committed is still there");
    }

    @Test
    void aSlowWayToAPeerIsNotCloggedWithWhatIsUnderWayAlready() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        long far = leader.id == 1 ? 2 : 1;
        // What carries entries takes a second each, one after the other; the rest arrives at once.
        ArrayDeque<Message.Append> way = new ArrayDeque<>();
        long[] entriesSent = {0};
        cluster.drop = message -> {
            if (message instanceof Message.Append append
                    && append.to() == far
                    && !append.entries().isEmpty()) {
                way.add(append);
                entriesSent[0] += append.entries().size();
                return true;
            }
            return false;
        };
        int proposed = 2000;
        for (int i = 0; i < proposed; i++) {
            cluster.propose(leader, "x" + i);
        }
        Host behind = cluster.host(far);
        for (int seconds = 0; !behind.up().last().equals(leader.up().last()); seconds++) {
            assertTrue(seconds < 300, "not caught up after five minutes");
            cluster.run(1000);
            if (!way.isEmpty()) {
                behind.step(new Event.Received(way.removeFirst()));
            }
        }
        assertTrue(entriesSent[0] < 3L * proposed, entriesSent[0] + " entries sent for " + proposed);
    }

    @Test
    void aNodeThatDoesNotVotePointsNobodyToALeaderThatIsGone() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        Host learner = cluster.add(9);
        learner.start();
        leader.step(
                new Event.ChangeMembers(1, Change.of(new Change.Add(CoreCluster.member(9, Member.Voting.LEARNER)))));
        cluster.run(500);
        leader.step(new Event.ChangeMembers(2, Change.of(new Change.Remove(9))));
        cluster.run(500);
        assertEquals(leader.id, learner.up().leader());
        cluster.hosts.values().forEach(host -> cluster.cutOff.add(host.id));
        cluster.run(3000);
        assertEquals(0, learner.up().leader());
    }

    @Test
    void aVoterKeepsItsPromiseToALeaderWhateverTermItHearsOfMeanwhile() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        Host voter = cluster.host(leader.id == 1 ? 2 : 1);
        long later = leader.up().term() + 5;
        long third = 6 - leader.id - voter.id;
        voter.step(new Event.Received(new Message.PreVoteReply(third, voter.id, later, false, LogPosition.START)));
        assertEquals(later, voter.up().term());
        cluster.network.clear();
        voter.step(new Event.Received(
                new Message.RequestVote(third, voter.id, later + 1, voter.up().last(), false)));
        voter.step(new Event.Received(
                new Message.PreVote(third, voter.id, later + 1, voter.up().last())));
        assertTrue(
                cluster.network.stream()
                        .noneMatch(m -> (m instanceof Message.VoteReply reply && reply.granted())
                                || (m instanceof Message.PreVoteReply pre && pre.granted())),
                "the leader's lease may still rest on this voter: " + cluster.network);
    }

    @Test
    void aMessageOfAnOlderSessionDoesNotMakeAFollowerAnswerInThatOne() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        Host follower = cluster.host(leader.id == 1 ? 2 : 1);
        cluster.settle();
        long term = leader.up().term();
        LogPosition last = follower.up().last();
        long commit = follower.up().commitIndex();
        for (long session : new long[] {Long.MAX_VALUE, 1}) {
            cluster.network.clear();
            follower.step(new Event.Received(
                    new Message.Append(leader.id, follower.id, term, session, 1, last, List.of(), commit)));
        }
        assertTrue(
                cluster.network.stream()
                        .anyMatch(m -> m instanceof Message.AppendReply reply && reply.session() == Long.MAX_VALUE),
                "" + cluster.network);
    }

    @Test
    void aVoterKeepsItsPromiseToALeaderInTheTermThatItHasJustHeardOfToo() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        Host voter = cluster.host(leader.id == 1 ? 2 : 1);
        long third = 6 - leader.id - voter.id;
        long next = leader.up().term() + 1;
        voter.step(new Event.Received(new Message.PreVoteReply(third, voter.id, next, false, LogPosition.START)));
        assertEquals(next, voter.up().term());
        cluster.network.clear();
        // Sent by a candidate of that term, and delayed until this voter has promised anew.
        Message.RequestVote late =
                new Message.RequestVote(third, voter.id, next, voter.up().last(), false);
        voter.step(new Event.Received(late));
        assertTrue(
                cluster.network.stream().noneMatch(m -> m instanceof Message.VoteReply reply && reply.granted()),
                "the leader's lease may still rest on this voter: " + cluster.network);
        cluster.now += CoreCluster.SETTINGS.electionMinNanos();
        voter.step(new Event.Received(late));
        assertTrue(cluster.network.stream().anyMatch(m -> m instanceof Message.VoteReply reply && reply.granted()));
    }

    @Test
    void aVoterThatHasJustStartedKeepsThePromisesThatItMayHaveGivenBefore() {
        CoreCluster cluster = CoreCluster.of(3);
        cluster.host(2).hardState = new HardState(7, 0);
        cluster.start();
        Host voter = cluster.host(2);
        Message.RequestVote late = new Message.RequestVote(3, 2, 7, voter.up().last(), false);
        voter.step(new Event.Received(late));
        assertTrue(cluster.network.stream().noneMatch(m -> m instanceof Message.VoteReply reply && reply.granted()));
        cluster.now += CoreCluster.SETTINGS.electionMinNanos();
        voter.step(new Event.Received(late));
        assertTrue(cluster.network.stream().anyMatch(m -> m instanceof Message.VoteReply reply && reply.granted()));
    }

    @Test
    void aLeaderWhoseDiskHangsGivesWay() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        leader.slowDisk = true;
        cluster.propose(leader, "a");
        cluster.run(4000);
        assertFalse(leader.up().role() == Role.LEADER);
        assertTrue(cluster.hosts.values().stream().anyMatch(h -> h.up().role() == Role.LEADER));
    }

    @Test
    void aSecondHandOverIsOfferedWhenTheFirstWasLost() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        cluster.drop = message -> message instanceof Message.TimeoutNow;
        leader.step(new Event.Transfer());
        cluster.run(1000);
        assertEquals(Role.LEADER, leader.up().role());
        cluster.drop = message -> false;
        leader.step(new Event.Transfer());
        cluster.run(100);
        assertFalse(leader.up().role() == Role.LEADER);
    }
}
