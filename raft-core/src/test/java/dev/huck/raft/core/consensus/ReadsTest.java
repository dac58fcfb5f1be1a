package dev.huck.raft.core.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.CoreCluster.Host;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Dissertation §6.4: linearizable reads. */
class ReadsTest {

    @Test
    void aReadIsConfirmedByARoundThatLeftAfterItArrived() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        leader.step(new Event.Read(1));
        assertTrue(leader.seen(Effect.ReadReady.class).isEmpty());
        cluster.settle();
        assertEquals(1, leader.seen(Effect.ReadReady.class).size());
        assertEquals(
                leader.up().commitIndex(),
                leader.seen(Effect.ReadReady.class).get(0).index());
    }

    @Test
    void aLeaderThatWasReplacedUnawaresConfirmsNoRead() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host old = cluster.elect();
        cluster.frozen.add(old.id); // Else its own clock would tell it.
        cluster.cutOff.add(old.id);
        cluster.elect();
        cluster.cutOff.clear();
        cluster.frozen.clear();
        assertEquals(Role.LEADER, old.up().role());
        old.step(new Event.Read(1));
        assertTrue(old.seen(Effect.Rejected.class).isEmpty(), "it does not know yet");
        cluster.settle();
        assertTrue(old.seen(Effect.ReadReady.class).isEmpty());
        assertEquals(1, old.seen(Effect.Rejected.class).size());
    }

    @Test
    void noReadIsServedBeforeTheTermsFirstEntryIsCommitted() {
        CoreCluster cluster = CoreCluster.of(3).start();
        cluster.drop = message ->
                message instanceof Message.Append append && !append.entries().isEmpty();
        Host leader = cluster.elect();
        long opening = leader.up().last().index();
        leader.step(new Event.Read(1));
        cluster.run(1000);
        assertEquals(Role.LEADER, leader.up().role(), "its heartbeats are answered: a round is confirmed all the time");
        assertTrue(leader.up().commitIndex() < opening);
        assertTrue(leader.seen(Effect.ReadReady.class).isEmpty());
        cluster.drop = message -> false;
        cluster.run(2000);
        assertEquals(1, leader.seen(Effect.ReadReady.class).size());
        assertTrue(leader.seen(Effect.ReadReady.class).get(0).index() >= opening);
    }

    @Test
    void moreReadsThanMayWaitForAnIndexAreAnsweredBusy() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        cluster.drop = message -> message instanceof Message.AppendReply;
        for (int batch = 1; batch <= ReadIndex.MOST + 2; batch++) {
            leader.step(new Event.Read(batch));
        }
        assertEquals(4096, leader.up().held().reads());
        assertEquals(
                List.of(
                        new Effect.Rejected(ReadIndex.MOST + 1, Rejection.BUSY),
                        new Effect.Rejected(ReadIndex.MOST + 2, Rejection.BUSY)),
                leader.seen(Effect.Rejected.class));
        cluster.drop = message -> false;
        cluster.run(300);
        assertEquals(ReadIndex.MOST, leader.seen(Effect.ReadReady.class).size());
        assertEquals(0, leader.up().held().reads());
    }

    @Test
    void aNodeThatAsksForItsReadsHasNoMoreRoomThanALeader() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        Host follower = cluster.host(leader.id == 1 ? 2 : 1);
        cluster.drop = message -> message instanceof Message.ReadIndexReply;
        for (int batch = 1; batch <= ReadIndex.MOST + 1; batch++) {
            follower.step(new Event.Read(batch, true));
        }
        assertEquals(4096, follower.up().held().reads());
        assertEquals(
                List.of(new Effect.Rejected(ReadIndex.MOST + 1, Rejection.BUSY)), follower.seen(Effect.Rejected.class));
        cluster.drop = message -> false;
        cluster.run(500);
        assertEquals(ReadIndex.MOST, follower.seen(Effect.ReadReady.class).size());
    }

    @Test
    void aLeaseEndsWhenAQuorumHasNotAnswered() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        long[] beat = cluster.beats();
        cluster.run(200);
        cluster.cutOff.add(leader.id);
        cluster.run(200);
        assertTrue(beat[0] < cluster.now - 200 * CoreCluster.MILLIS);
        assertEquals(beat[0] + CoreCluster.LEASE, leader.up().leaseUntil());
    }

    @Test
    void aLeaseIsVoidOnceLeadershipWasOffered() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        cluster.drop = message -> message instanceof Message.TimeoutNow;
        leader.step(new Event.Transfer());
        cluster.run(200);
        assertFalse(cluster.now < leader.up().leaseUntil());
    }
}
