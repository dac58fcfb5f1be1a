package dev.huck.raft.testkit.sim;

import dev.huck.raft.core.check.CoreView;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.testkit.sim.SimEvent.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * What a lease has to be safe from: the leader loses the others while its lease still runs, and they have every reason to
 * go on without it as soon as they may. Random faults seldom come together like this within half a second.
 */
final class LeaseAttack {
    private static final long MILLI = 1_000_000L;
    /** The longest election timeout: who has heard nobody for so long wants to lead. */
    private static final long ELECTION = 1_200 * MILLI;

    private final SimWorld world;
    private final SimCluster cluster;
    private final Operator operator;

    LeaseAttack(SimWorld world, SimCluster cluster, Operator operator) {
        this.world = world;
        this.cluster = cluster;
        this.operator = operator;
    }

    void begin(SimRandom random) {
        SimHost leader = cluster.leader();
        if (leader == null || voters(leader).size() < 2) {
            return;
        }
        switch (random.nextInt(5)) {
            case 0 -> cutOff(leader);
            case 1 -> lateAnswers(leader, random);
            case 2 -> handOver(leader, random);
            case 3 -> forgetfulVoters(leader, random);
            default -> deaf(leader);
        }
    }

    /** Nothing but clocks says when the lease ends, and when others may lead. */
    private void cutOff(SimHost leader) {
        world.trace(leader.number(), "is cut off with its lease");
        cut(leader, true, true);
    }

    /** Nothing leaves the leader any more, and the answers to what left before come late. */
    private void lateAnswers(SimHost leader, SimRandom random) {
        long late = 100 * MILLI + random.nextLong(450 * MILLI);
        world.trace(leader.number(), "is cut off, and hears late answers");
        clog(leader, late);
        world.planIn(random.nextLong(late), Kind.FAULT, 5, () -> cut(leader, true, false));
    }

    /** Leadership is handed over, and the old leader does not hear that it was taken. */
    private void handOver(SimHost leader, SimRandom random) {
        clog(leader, 200 * MILLI + random.nextLong(500 * MILLI));
        operator.transfer();
    }

    /** One voter wants to lead as it has lost the leader; the others, who have not, are killed and start anew. */
    private void forgetfulVoters(SimHost leader, SimRandom random) {
        List<SimHost> voters = voters(leader);
        SimHost rival = voters.remove(random.nextInt(voters.size()));
        link(leader, rival, true);
        world.trace(leader.number(), "has lost n" + (rival.number() + 1));
        world.planIn(ELECTION + random.nextLong(ELECTION), Kind.FAULT, 6, () -> {
            if (!cluster.isTroubled() || cluster.leader() != leader) {
                link(leader, rival, false);
                return;
            }
            cutOff(leader);
            for (SimHost voter : voters) {
                if (voter.isUp()) {
                    cluster.crash(voter, false);
                    cluster.startIn(random.nextLong(100 * MILLI), voter);
                }
            }
        });
    }

    /** The leader is heard, and hears nobody: it keeps the others from electing one that can do something. */
    private void deaf(SimHost leader) {
        world.trace(leader.number(), "hears nobody");
        cut(leader, false, true);
    }

    private List<SimHost> voters(SimHost leader) {
        CoreView core = cluster.core(leader);
        List<SimHost> voters = new ArrayList<>();
        if (core != null) {
            for (Member member : core.configuration().members()) {
                SimHost host = cluster.host(member.storeId());
                if (host != null && host != leader && core.configuration().isVoter(member.storeId())) {
                    voters.add(host);
                }
            }
        }
        return voters;
    }

    private void clog(SimHost to, long nanos) {
        long until = world.now() + cluster.untilCalm(nanos);
        for (SimHost other : cluster.hosts()) {
            cluster.network().clog(other.number(), to.number(), until);
        }
    }

    /** For as long as an election takes whose first votes are split. */
    private void cut(SimHost one, boolean out, boolean in) {
        for (SimHost other : cluster.hosts()) {
            if (other != one) {
                set(one, other, out, in, true);
                world.planIn(3 * ELECTION, Kind.FAULT, 7, () -> {
                    if (cluster.isTroubled()) {
                        set(one, other, out, in, false);
                    }
                });
            }
        }
    }

    private void set(SimHost one, SimHost other, boolean out, boolean in, boolean isCut) {
        if (out) {
            cluster.network().cut(one.number(), other.number(), isCut);
        }
        if (in) {
            cluster.network().cut(other.number(), one.number(), isCut);
        }
    }

    private void link(SimHost one, SimHost other, boolean isCut) {
        set(one, other, true, true, isCut);
    }
}
