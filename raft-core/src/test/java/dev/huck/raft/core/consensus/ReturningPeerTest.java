package dev.huck.raft.core.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.CoreCluster.Host;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A peer that was away so long that it is sent a snapshot, while the others go on writing and taking snapshots. */
class ReturningPeerTest {
    private final CoreCluster cluster = CoreCluster.of(3);
    private Host leader;
    private Host behind;
    /** The snapshot that it is sent. */
    private LogPosition sent;

    @BeforeEach
    void leaveOneBehind() {
        // A snapshot every 2000 entries, as saveSnapshot takes them.
        cluster.limits = cluster.limits.with(1 << 20, 2000 * 60, 0);
        cluster.start();
        leader = cluster.elect();
        behind = cluster.host(leader.id == 1 ? 2 : 1);
        cluster.cutOff.add(behind.id);
        cluster.run(2000); // until it counts as one that does not answer
        saveSnapshot();
        sent = saveSnapshot();
        assertTrue(leader.up().base().index() > 1);
    }

    private LogPosition saveSnapshot() {
        for (int i = 0; i < 2000; i++) {
            cluster.propose(leader, "x" + i);
            cluster.settle();
        }
        leader.snapshot = leader.up().last();
        leader.step(new Event.SnapshotSaved(leader.snapshot));
        return leader.snapshot;
    }

    private List<Effect.ReadChunk> reads() {
        return leader.seen(Effect.ReadChunk.class);
    }

    /** It is back, and the first piece of the snapshot is on its way. */
    private void beginTransfer() {
        cluster.cutOff.clear();
        cluster.run(2000);
        chunk(3);
    }

    /** Hands the leader a piece of {@link #sent}, at the place where it asked last. */
    private void chunk(long total) {
        Effect.ReadChunk read = reads().get(reads().size() - 1);
        leader.step(new Event.ChunkRead(read.peer(), read.session(), sent, total, read.offset(), new byte[] {1, 2, 3}));
        cluster.settle();
    }

    private void endTransfer() {
        behind.step(new Event.ChunkStored(sent, 3, leader.up().configuration(), cluster.now));
    }

    @Test
    void whatItWillNeedBehindTheSnapshotThatItReceivesIsKept() {
        beginTransfer();
        saveSnapshot();
        saveSnapshot();
        assertTrue(
                leader.up().base().index() <= sent.index(),
                "compacted through " + leader.up().base());
        endTransfer();
        cluster.run(1000);
        assertEquals(leader.up().last(), behind.up().last(), "caught up without another snapshot");
        cluster.run(2000);
        saveSnapshot();
        assertTrue(leader.up().base().index() > sent.index(), "kept for ever");
    }

    @Test
    void whatItNeedsIsStillKeptWhenTheSnapshotIsThereAndTheRestIsUnderWay() {
        beginTransfer();
        saveSnapshot();
        saveSnapshot();
        // From here on entries reach it slowly, and the others are faster with their next snapshot.
        cluster.drop = message -> message instanceof Message.Append append
                && append.to() == behind.id
                && append.previous().index() > sent.index() + 50;
        endTransfer();
        cluster.run(500);
        assertTrue(behind.up().last().index() < leader.up().last().index());
        int transfers = reads().size();
        saveSnapshot();
        assertTrue(
                leader.up().base().index() <= behind.up().last().index(),
                leader.up().base() + " does not meet " + behind.up().last());
        cluster.drop = message -> false;
        cluster.run(20_000);
        assertEquals(leader.up().last(), behind.up().last());
        assertEquals(transfers, reads().size(), "another snapshot was sent");
    }

    @Test
    void oneThatAnswersAndStoresNothingDoesNotHoldTheLogForEver() {
        beginTransfer();
        for (int i = 0; i < 130; i++) {
            cluster.run(1000);
            behind.step(new Event.ChunkStored(sent, i % 2 == 0 ? 3 : 0, null, 0)); // its disk is full now and again
            cluster.settle();
            chunk(1000);
        }
        saveSnapshot();
        saveSnapshot();
        assertTrue(
                leader.up().base().index() > sent.index(),
                "held at " + leader.up().base());
    }

    @Test
    void oneThatGetsOnTooSlowlyDoesNotHoldMoreThanSoMuchLog() {
        beginTransfer();
        for (int i = 1; i <= 12; i++) {
            saveSnapshot();
            behind.step(new Event.ChunkStored(sent, 3L * i, null, 0));
            cluster.settle();
            chunk(1000);
        }
        assertTrue(
                leader.up().base().index() > sent.index(),
                "held at " + leader.up().base());
    }

    @Test
    void nothingIsReadForOneThatDoesNotAnswer() {
        for (int seconds = 0; seconds < 60; seconds++) {
            int before = reads().size();
            cluster.run(1000);
            if (reads().size() > before) {
                chunk(3);
            }
        }
        assertTrue(reads().size() <= 3, reads().size() + " pieces read for nobody");
        LogPosition newest = saveSnapshot();
        cluster.cutOff.clear();
        cluster.run(2000);
        Effect.ReadChunk read = reads().get(reads().size() - 1);
        assertEquals(LogPosition.START, read.position(), "the newest is asked for, which is " + newest);
    }

    @Test
    void aMachineThatWasBeingRebuiltWhenASnapshotCameIsNoSignOfDamage() {
        beginTransfer();
        endTransfer();
        long base = behind.up().base().index();
        assertEquals(sent.index(), base);
        behind.step(new Event.MachineRestarted(0, 0)); // begun before it was told of the snapshot
        behind.step(new Event.MachineRestarted(base, base));
        cluster.run(1000);
        assertEquals(leader.up().last().index(), behind.up().appliedIndex());
    }

    @Test
    void aMachineThatCanOnlyBeRebuiltOlderThanTheLogIs() {
        beginTransfer();
        endTransfer();
        long base = behind.up().base().index();
        assertThrows(HuckException.StorageFailed.class, () -> behind.step(new Event.MachineRestarted(base - 1, base)));
    }
}
