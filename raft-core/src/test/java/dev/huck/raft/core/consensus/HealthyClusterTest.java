package dev.huck.raft.core.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.CoreCluster.Host;
import org.junit.jupiter.api.Test;

/** Where nothing fails, nobody is refused and nobody else comes to lead (redisraft#21). */
class HealthyClusterTest {

    @Test
    void tenMinutesWithoutAFaultSeeOneLeaderAndNoRefusal() {
        CoreCluster cluster = CoreCluster.of(5).start();
        Host leader = cluster.elect();
        long term = leader.up().term();
        int commands = 0;
        int reads = 0;
        for (int second = 0; second < 600; second++) {
            leader.step(new Event.Read(++reads));
            if (second % 60 < 30) { // Half of the time there are no writes, only heartbeats.
                cluster.propose(leader, "x" + ++commands);
            }
            cluster.run(1_000);
            assertEquals(Role.LEADER, leader.up().role());
            assertEquals(0, leader.seen(Effect.Rejected.class).size());
            assertEquals(reads, leader.seen(Effect.ReadReady.class).size());
        }
        for (Host host : cluster.hosts.values()) {
            assertEquals(term, host.up().term());
            assertEquals(commands, host.commands().size());
        }
    }
}
