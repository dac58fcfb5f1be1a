package dev.huck.raft.core.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.CoreCluster.Host;
import dev.huck.raft.core.consensus.Message.Append;
import dev.huck.raft.core.consensus.Message.AppendReply;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages about entries that the log no longer has, as they were compacted since (redisraft#42). */
class StaleAppendTest {

    private final List<Message> sent = new ArrayList<>();
    private final CoreCluster cluster = CoreCluster.of(3);

    /** A leader of which all entries but the last few are compacted, here and at the followers. */
    private Host compacted() {
        cluster.start();
        cluster.drop = message -> {
            sent.add(message);
            return false;
        };
        Host leader = cluster.elect();
        for (int i = 0; i < 2_000; i++) {
            cluster.propose(leader, "x" + i);
            cluster.settle();
        }
        cluster.run(300);
        for (Host host : cluster.hosts.values()) {
            LogPosition first = host.up().last();
            host.step(new Event.SnapshotSaved(first));
        }
        cluster.propose(leader, "between");
        cluster.settle();
        cluster.run(300);
        for (Host host : cluster.hosts.values()) {
            LogPosition second = host.up().last();
            host.snapshot = second;
            host.step(new Event.SnapshotSaved(second));
            assertTrue(host.up().base().index() > 40, () -> "base " + host.up().base());
        }
        cluster.drop = message -> false;
        return leader;
    }

    private void goesOn(Host leader) {
        assertEquals(Role.LEADER, leader.up().role());
        cluster.propose(leader, "after");
        cluster.settle();
        cluster.run(1_000);
        for (Host host : cluster.hosts.values()) {
            assertEquals(2_002, host.commands().size());
            assertEquals("after", host.commands().get(2_001));
        }
    }

    @Test
    void everyMessageOfBeforeMayComeAgainOnceItsEntriesAreCompacted() {
        Host leader = compacted();
        assertTrue(sent.stream().anyMatch(Append.class::isInstance));
        assertTrue(sent.stream().anyMatch(AppendReply.class::isInstance));
        LogPosition last = leader.up().last();
        for (Message message : sent) {
            cluster.deliver(message);
        }
        cluster.settle();
        assertEquals(last, leader.up().last());
        goesOn(leader);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 40})
    void whoRefusesAndPointsBelowTheBaseIsSentASnapshot(long index) {
        Host leader = compacted();
        Host follower = cluster.host(leader.id == 1 ? 2 : 1);
        AppendReply newest = null;
        for (Message message : sent) {
            if (message instanceof AppendReply reply && reply.from() == follower.id && reply.to() == leader.id) {
                newest = reply;
            }
        }
        assertNotNull(newest);
        long term = leader.up().term();
        LogPosition hint = new LogPosition(index, index == 0 ? 0 : 1);
        leader.step(new Event.Received(
                new AppendReply(follower.id, leader.id, term, newest.session(), newest.round(), false, 0, 0, hint, 0)));
        cluster.run(300);
        assertEquals(
                List.of(follower.id),
                leader.seen(Effect.ReadChunk.class).stream()
                        .map(Effect.ReadChunk::peer)
                        .distinct()
                        .toList());
        cluster.propose(leader, "after");
        cluster.run(1_000);
        assertEquals(Role.LEADER, leader.up().role());
        assertEquals(2_002, leader.commands().size());
    }
}
