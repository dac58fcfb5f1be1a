package dev.huck.raft.core.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.CoreCluster.Host;
import dev.huck.raft.core.consensus.Message.TimeoutNow;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nodes that are there, and hear, and answer, and get nothing done. */
class GreyFailureTest {
    /** Three of the longest election timeouts. */
    private static final long SOON = 3 * CoreCluster.SETTINGS.electionMaxNanos() / CoreCluster.MILLIS;

    private final CoreCluster cluster = CoreCluster.of(3).start();
    private final Host first = cluster.elect();

    /** Whoever leads the highest term. */
    private Host leader() {
        Host best = first;
        for (Host host : cluster.hosts.values()) {
            if (host.up().role() == Role.LEADER
                    && (best.up().role() != Role.LEADER
                            || host.up().term() > best.up().term())) {
                best = host;
            }
        }
        assertEquals(Role.LEADER, best.up().role());
        return best;
    }

    @Test
    void leaderWhoseMachineStandsStillHandsOver() {
        first.stuckMachine = true;
        cluster.propose(first, "set");
        cluster.run(SOON);
        assertNotEquals(first.id, leader().id);
        assertTrue(leader().commands().contains("set"));
    }

    @Test
    void leaderWhoseMachineStandsStillGoesSilentWhenNobodyTakesOver() {
        cluster.drop = message -> message instanceof TimeoutNow;
        first.stuckMachine = true;
        cluster.propose(first, "set");
        cluster.run(2 * SOON);
        assertNotEquals(first.id, leader().id);
    }

    @Test
    void leaderWhoseDiskHangsHandsOverOrGoesSilent() {
        first.slowDisk = true;
        cluster.propose(first, "set");
        cluster.run(SOON);
        assertNotEquals(first.id, leader().id);
    }

    private static long leaderships(Host host) {
        return host.seen(Effect.RoleChanged.class).stream()
                .filter(changed -> changed.role() == Role.LEADER)
                .count();
    }

    @Test
    void leadershipIsNotHandedToOneWhoseMachineIsSuspectToo() {
        Host suspect = cluster.host(first.id == 1 ? 2 : 1); // It would be the first choice.
        suspect.step(new Event.MachineDistrusted());
        first.step(new Event.MachineDistrusted());
        cluster.run(SOON);
        assertEquals(6 - first.id - suspect.id, leader().id);
        assertEquals(0, leaderships(suspect));
    }

    @Test
    void thoseWhoseMachinesAreAllSuspectDoNotHandOverInCircles() {
        cluster.hosts.values().forEach(host -> host.step(new Event.MachineDistrusted()));
        long before = first.up().term();
        cluster.run(10 * SOON);
        long shortest = CoreCluster.SETTINGS.electionMinNanos() / CoreCluster.MILLIS;
        for (Host host : cluster.hosts.values()) {
            long terms = host.up().term() - before;
            assertTrue(terms <= 10 * SOON / shortest, terms + " terms, some shorter than an election timeout");
        }
        Host rebuilt = cluster.host(first.id == 1 ? 2 : 1);
        rebuilt.step(new Event.MachineRestarted(0, 0));
        cluster.run(3 * SOON);
        assertEquals(rebuilt.id, leader().id);
        long term = rebuilt.up().term();
        cluster.run(10 * SOON);
        assertEquals(rebuilt.id, leader().id);
        assertEquals(term, rebuilt.up().term());
    }

    @Test
    void leaderWhoseMachineIsSuspectGoesSilentWhenNobodyTakesOver() {
        cluster.drop = message -> message instanceof TimeoutNow;
        first.step(new Event.MachineDistrusted());
        cluster.run(2 * SOON);
        assertNotEquals(first.id, leader().id);
    }

    @Test
    void whoIsElectedWithASuspectMachineTakesNothingOn() {
        Host suspect = cluster.host(first.id == 1 ? 2 : 1);
        suspect.step(new Event.MachineDistrusted());
        first.crash();
        cluster.drop = message -> message instanceof Message.PreVote && message.from() != suspect.id;
        while (suspect.up().role() != Role.LEADER) {
            if (cluster.network.isEmpty()) {
                cluster.tick();
            } else {
                cluster.deliver(cluster.network.removeFirst());
            }
        }
        cluster.propose(suspect, "set");
        assertEquals(
                Rejection.TRANSFERRING,
                suspect.seen(Effect.Rejected.class).get(0).reason());
    }

    @Test
    void whoDeclinedMayBeAskedAgainWhenItsMachineIsRebuilt() {
        Host suspect = cluster.host(first.id == 1 ? 2 : 1);
        suspect.step(new Event.MachineDistrusted());
        first.step(new Event.Transfer());
        cluster.run(700);
        assertEquals(first.id, leader().id, "a leader whose machine is well goes on");
        suspect.step(new Event.MachineRestarted(0, 0));
        cluster.cutOff.add(6 - first.id - suspect.id);
        cluster.run(700);
        first.step(new Event.Transfer());
        cluster.settle();
        assertEquals(1, leaderships(suspect));
    }

    @Test
    void voterThatIsAloneLeadsWhateverItsMachineIs() {
        CoreCluster one = CoreCluster.of(1).start();
        one.host(1).step(new Event.MachineDistrusted());
        one.run(SOON);
        assertEquals(Role.LEADER, one.host(1).up().role());
    }

    @Test
    void idleMachineIsNotAStalledOne() {
        cluster.run(10 * SOON);
        assertEquals(first.id, leader().id);
        cluster.propose(first, "set");
        cluster.run(10 * SOON);
        assertEquals(first.id, leader().id);
    }

    @Test
    void machineThatIsSlowButGoesOnKeepsItsLeader() {
        first.stuckMachine = true;
        cluster.propose(first, "set");
        cluster.propose(first, "set");
        cluster.propose(first, "set");
        long from = first.up().appliedIndex();
        for (int i = 1; i <= 3; i++) {
            cluster.run(SOON / 4);
            first.step(new Event.Applied(from + i));
        }
        cluster.run(SOON);
        assertEquals(first.id, leader().id);
    }

    @Test
    void followersThatStandStillSlowNobodyDown() {
        Host slow = cluster.host(first.id == 1 ? 2 : 1);
        slow.slowDisk = true;
        slow.stuckMachine = true;
        long before = cluster.now;
        for (int i = 0; i < 100; i++) {
            cluster.propose(first, "set" + i);
            cluster.settle();
        }
        assertEquals(before, cluster.now);
        assertEquals(100, first.commands().size());
        cluster.run(3 * SOON);
        assertEquals(first.id, leader().id);
        assertEquals(List.of(), slow.commands());
    }

    @Test
    void commandThatIsSlowOnEveryNodeDoesNotLeaveThemWithoutALeaderAfterwards() {
        cluster.hosts.values().forEach(host -> host.stuckMachine = true);
        cluster.propose(first, "set");
        cluster.run(2 * SOON);
        cluster.hosts.values().forEach(host -> {
            host.stuckMachine = false;
            host.step(new Event.Applied(host.up().commitIndex()));
        });
        Host now = cluster.elect();
        cluster.propose(now, "get");
        cluster.run(SOON);
        assertEquals(now.up().commitIndex(), now.up().appliedIndex());
    }
}
