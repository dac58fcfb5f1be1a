package dev.huck.raft.core.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.CoreCluster.Host;
import org.junit.jupiter.api.Test;

/** A snapshot that a leader sent is whole, and meets the log that is there (Raft §7). */
class InstallTest {
    private final CoreCluster cluster = CoreCluster.of(3);
    private final Host follower = cluster.host(1);

    /** With entries 2 to 5 of term 1 in its log, of which it knows none to be committed, in a term that is later. */
    private Raft started() {
        follower.hardState = new HardState(5, 0);
        for (long index = 2; index <= 5; index++) {
            follower.disk.add(new LogEntry(index, 1, Entries.noop(cluster.now)));
        }
        follower.start();
        return follower.up();
    }

    private void install(LogPosition position) {
        Configuration configuration = follower.up().configuration();
        follower.step(new Event.ChunkStored(position, 3, configuration, cluster.now));
    }

    @Test
    void aSnapshotOfAPrefixOfTheLogTakesNothingAway() {
        Raft raft = started();
        install(new LogPosition(3, 1));
        assertEquals(3, raft.commitIndex(), "what a snapshot covers is committed");
        assertEquals(new LogPosition(5, 1), raft.last(), "what follows was acknowledged, perhaps");
        assertEquals(5, follower.disk.size());
        assertTrue(follower.seen(Effect.RestoreMachine.class).isEmpty());
    }

    @Test
    void aSnapshotThatTheLogContradictsTakesTheLogsPlace() {
        Raft raft = started();
        LogPosition covered = new LogPosition(3, 4);
        install(covered);
        assertEquals(3, raft.commitIndex());
        assertEquals(covered, raft.last(), "what follows belongs to another history");
        assertEquals(covered, raft.base());
        assertTrue(follower.disk.isEmpty());
        assertEquals(covered, follower.seen(Effect.RestoreMachine.class).get(0).position());
    }

    @Test
    void aMachineThatTakesLongToRestoreIsSentNothingTwice() {
        CoreCluster three = CoreCluster.of(3).start();
        Host leader = three.elect();
        Host behind = three.host(leader.id % 3 + 1);
        three.cutOff.add(behind.id);
        three.run(2_000); // Until it counts as one that does not answer.
        for (int i = 0; i < 2_000; i++) {
            three.propose(leader, "x" + i);
            three.settle();
        }
        leader.step(new Event.SnapshotSaved(leader.up().last()));
        three.propose(leader, "between");
        three.settle();
        leader.step(new Event.SnapshotSaved(leader.up().last()));
        assertTrue(leader.up().base().index() > 1);
        three.cutOff.clear();
        three.run(2_000);
        Effect.ReadChunk read = leader.seen(Effect.ReadChunk.class).get(0);
        LogPosition covered = leader.up().snapshot();
        leader.step(new Event.ChunkRead(read.peer(), read.session(), covered, 3, 0, new byte[3]));
        three.settle();
        behind.stuckMachine = true;
        behind.step(new Event.ChunkStored(covered, 3, leader.up().configuration(), three.now));
        three.settle();
        for (int timeout = 0; timeout < 20; timeout++) {
            three.propose(leader, "y" + timeout);
            three.run(1_200);
        }
        assertEquals(1, behind.seen(Effect.RestoreMachine.class).size());
        assertEquals(1, leader.seen(Effect.ReadChunk.class).size(), "sent again though it is there");
        assertEquals(Role.LEADER, leader.up().role());
        assertEquals(leader.up().last().index(), leader.up().matchOf(behind.id), "its log goes on meanwhile");
    }
}
