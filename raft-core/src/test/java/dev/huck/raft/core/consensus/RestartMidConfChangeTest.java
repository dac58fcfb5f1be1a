package dev.huck.raft.core.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.core.consensus.CoreCluster.Host;
import dev.huck.raft.core.consensus.Member.Voting;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Nodes stop and start again after any number of messages of a change of membership (redisraft#30): what was committed is
 * there, and the change is carried out or not, but never half.
 */
class RestartMidConfChangeTest {
    private static final int STEPS = 80;

    private interface Stop {
        List<Host> victims(CoreCluster cluster, Host leader);
    }

    @Test
    void theLeaderRestartsAtAnyStep() {
        for (int step = 0; step < STEPS; step++) {
            replaceTwo(step, (cluster, leader) -> List.of(leader));
        }
    }

    @Test
    void everybodyRestartsAtAnyStep() {
        for (int step = 0; step < STEPS; step++) {
            replaceTwo(step, (cluster, leader) -> List.copyOf(cluster.hosts.values()));
        }
    }

    @Test
    void aNewcomerRestartsAtAnyStep() {
        for (int step = 0; step < STEPS; step++) {
            replaceTwo(step, (cluster, leader) -> List.of(cluster.host(4)));
        }
    }

    private static void replaceTwo(int step, Stop stop) {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        cluster.propose(leader, "before");
        cluster.run(100);
        for (long id = 4; id <= 5; id++) {
            Host host = cluster.add(id);
            host.hardState = new HardState(0, 0);
            host.start();
        }
        long other = leader.id == 1 ? 2 : 1;
        leader.step(new Event.ChangeMembers(
                1,
                Change.of(
                        new Change.Remove(leader.id),
                        new Change.Demote(other),
                        new Change.Add(CoreCluster.member(4, Voting.NEWCOMER)),
                        new Change.Add(CoreCluster.member(5, Voting.NEWCOMER)))));
        for (int i = 0; i < step; i++) {
            if (cluster.network.isEmpty()) {
                cluster.tick();
            }
            if (!cluster.network.isEmpty()) {
                cluster.deliver(cluster.network.removeFirst());
            }
        }
        List<Host> victims = stop.victims(cluster, leader);
        victims.forEach(Host::crash);
        cluster.network.removeIf(message -> victims.contains(cluster.host(message.from())));
        victims.forEach(Host::start);
        cluster.run(8_000);
        Host last = cluster.elect();
        cluster.propose(last, "after");
        cluster.run(1_000);
        String when = "stopped after " + step + " messages";
        assertEquals(List.of("before", "after"), last.commands(), when);
        Configuration configuration = last.up().configuration();
        assertFalse(configuration.isJoint() || configuration.isPlanned(), when);
        List<Long> voters = new ArrayList<>();
        configuration.members().stream().filter(Member::votesInNew).forEach(m -> voters.add(m.storeId()));
        boolean done = voters.equals(List.of(6L - leader.id - other, 4L, 5L));
        assertTrue(done || voters.equals(List.of(1L, 2L, 3L)), when + ": " + configuration);
        ConfChangeUnderPartitionTest.agree(cluster);
    }
}
