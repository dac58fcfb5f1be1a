package dev.huck.raft.core.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.CoreCluster.Host;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who sends a snapshot to a peer when leaders leave that to others. */
class SnapshotSourceTest {
    private static final long LEARNER = 9;

    private final CoreCluster cluster = CoreCluster.of(3);
    private Host leader;
    private Host learner;
    private Host voter;
    private Host behind;
    /** What the snapshots cover: behind the first entry of the leader's log. */
    private LogPosition covered;

    @BeforeEach
    void leaveOneBehind() {
        cluster.start();
        leader = cluster.elect();
        leader.up().snapshotsFromMembers(true);
        learner = cluster.add(LEARNER);
        learner.start();
        leader.step(new Event.ChangeMembers(
                1, Change.of(new Change.Add(CoreCluster.member(LEARNER, Member.Voting.LEARNER)))));
        cluster.run(500);
        behind = cluster.host(leader.id == 1 ? 2 : 1);
        voter = cluster.host(6 - leader.id - behind.id);
        cluster.cutOff.add(behind.id);
        cluster.run(2000); // until it counts as one that does not answer
        saveSnapshot();
        saveSnapshot();
        assertTrue(leader.up().base().index() > 1);
        cluster.cutOff.clear();
    }

    private void saveSnapshot() {
        for (int i = 0; i < 2000; i++) {
            cluster.propose(leader, "x" + i);
            cluster.settle();
        }
        covered = leader.up().last();
        leader.step(new Event.SnapshotSaved(covered));
    }

    private static List<Effect.ReadChunk> reads(Host host) {
        return host.seen(Effect.ReadChunk.class);
    }

    /** A host has read what it was asked for last. */
    private void read(Host host, LogPosition position, long total) {
        Effect.ReadChunk last = reads(host).get(reads(host).size() - 1);
        byte[] bytes = new byte[total == 0 ? 0 : 3];
        host.step(new Event.ChunkRead(last.peer(), last.session(), position, total, last.offset(), bytes));
    }

    @Test
    void aLearnerSendsItAndTheLeaderGoesOnFromThere() {
        cluster.run(700);
        read(learner, covered, 3);
        cluster.settle();
        assertEquals(1, behind.seen(Effect.StoreChunk.class).size());
        behind.step(new Event.ChunkStored(covered, 3, leader.up().configuration(), cluster.now));
        cluster.propose(leader, "after");
        cluster.run(500);
        assertEquals(leader.up().last(), behind.up().last());
        assertEquals(List.of(), reads(leader));
        assertEquals(List.of(), reads(voter));
        assertEquals(leader.id, behind.up().leader(), "who sends a piece does not lead");
    }

    @Test
    void theNextPieceComesFromWhoSentTheFirst() {
        cluster.run(700);
        read(learner, covered, 6);
        cluster.settle();
        behind.step(new Event.ChunkStored(covered, 3, null, 0));
        cluster.settle();
        Effect.ReadChunk next = reads(learner).get(reads(learner).size() - 1);
        assertEquals(3, next.offset());
        assertEquals(covered, next.position());
    }

    @Test
    void whoHasNoneIsPassedOverAndAtLastTheLeaderSendsItsOwn() {
        List<String> asked = new ArrayList<>();
        for (int i = 0; i < 2000 && reads(leader).isEmpty(); i++) {
            cluster.run(10);
            for (Host host : List.of(learner, voter)) {
                String name = host == learner ? "learner" : "voter";
                if (!reads(host).isEmpty() && !asked.contains(name)) {
                    asked.add(name);
                }
                if (!reads(host).isEmpty()) {
                    read(host, LogPosition.START, 0);
                }
            }
        }
        assertEquals(List.of("learner", "voter"), asked);
        assertFalse(reads(leader).isEmpty());
        assertTrue(behind.seen(Effect.StoreChunk.class).isEmpty());
    }

    @Test
    void aSourceThatDiesIsReplacedAtOnce() {
        cluster.run(700);
        assertFalse(reads(learner).isEmpty());
        learner.crash();
        cluster.run(2000); // the longest election timeout, and an attempt
        assertFalse(reads(voter).isEmpty());
        read(voter, covered, 3);
        cluster.settle();
        assertEquals(1, behind.seen(Effect.StoreChunk.class).size());
    }

    @Test
    void aSnapshotThatEndsBeforeTheLeadersLogBeginsIsNotSent() {
        cluster.run(700);
        read(
                learner,
                new LogPosition(leader.up().base().index() - 1, leader.up().term()),
                3);
        cluster.settle();
        assertTrue(behind.seen(Effect.StoreChunk.class).isEmpty());
        assertFalse(reads(voter).isEmpty(), "the next is asked at once");
    }

    @Test
    void aSourceThatAnswersAndIsSlowIsWaitedFor() {
        cluster.run(700 + 10 * 1200);
        assertTrue(reads(voter).isEmpty());
        cluster.run(11 * 1200);
        assertFalse(reads(voter).isEmpty());
    }

    @Test
    void aSourceWhosePiecesDoNotArriveIsReplaced() {
        cluster.drop = message -> message instanceof Message.InstallSnapshot && message.from() == LEARNER;
        for (int i = 0; i < 400 && reads(voter).isEmpty(); i++) {
            int asked = reads(learner).size();
            cluster.run(10);
            if (reads(learner).size() > asked) {
                read(learner, covered, 3);
            }
        }
        assertFalse(reads(voter).isEmpty(), "in four seconds");
    }

    @Test
    void aLateWordOfOneThatWasPassedOverSaysNothingOfTheNext() {
        cluster.run(700);
        long session = reads(learner).get(0).session();
        read(learner, LogPosition.START, 0);
        cluster.settle();
        assertEquals(1, reads(voter).size());
        leader.step(new Event.Received(
                new Message.NoChunk(LEARNER, leader.id, leader.up().term(), behind.id, session, false)));
        cluster.run(700);
        assertEquals(List.of(), reads(leader));
    }

    @Test
    void whatWasAskedForInAnEarlierTermIsNotSent() {
        cluster.run(700);
        long later = learner.up().term() + 1;
        learner.step(new Event.Received(
                new Message.Append(voter.id, LEARNER, later, later << 24, 1, LogPosition.START, List.of(), 0, null)));
        read(learner, covered, 3);
        assertTrue(cluster.network.stream().noneMatch(Message.InstallSnapshot.class::isInstance));
    }

    @Test
    void aRequestOfAnEarlierTermIsNotHeard() {
        learner.step(new Event.Received(new Message.ServeChunk(
                leader.id, LEARNER, leader.up().term() - 1, behind.id, 1, 1, LogPosition.START, 0, 1)));
        assertTrue(reads(learner).isEmpty());
    }

    @Test
    void oneReadForEachPeerIsUnderWayHoweverOftenItIsAskedFor() {
        cluster.run(2000); // several times the leader's patience
        assertEquals(1, reads(learner).size());
    }

    @Test
    void whoSpeaksVersionOneIsSentTheLeadersOwn() {
        leader.up().protocolMax(1);
        cluster.run(700);
        assertFalse(reads(leader).isEmpty());
        assertTrue(reads(learner).isEmpty());
    }
}
