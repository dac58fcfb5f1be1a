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
    /** Long enough for an election whose first votes are split. */
    private static final long AWAY = 3 * ELECTION;

    private final SimWorld world;
    private final SimCluster cluster;
    private final Operator operator;
    private final Profile profile;
    /** Until when the newest attack goes on: two at once would leave nobody to elect. */
    private long until;

    LeaseAttack(SimWorld world, SimCluster cluster, Operator operator, Profile profile) {
        this.profile = profile;
        this.world = world;
        this.cluster = cluster;
        this.operator = operator;
    }

    /** Begins one, and says whether there was a lease to attack. */
    boolean begin(SimRandom random) {
        SimHost leader = cluster.leader();
        if (leader == null || voters(leader).size() < 2 || world.now() < until) {
            return false;
        }
        SimHost slowest = cluster.slowest();
        if (slowest != null && slowest != leader && random.nextBoolean()) {
            return operator.transfer(slowest); // For the next attack: its lease is the longest.
        }
        until = world.now() + AWAY;
        switch (random.nextInt(6)) {
            case 0, 1 -> cutOff(leader);
            case 2 -> lateAnswers(leader, random);
            case 3 -> handOver(leader, random);
            case 4 -> forgetfulVoters(leader, random);
            default -> deaf(leader);
        }
        return true;
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

    /**
     * One voter has lost the leader and will soon want to lead; the others, who hear it, are killed and start anew. Nobody
     * writes meanwhile: who lacks an entry is not elected anyway.
     */
    private void forgetfulVoters(SimHost leader, SimRandom random) {
        List<SimHost> voters = voters(leader);
        SimHost rival = voters.remove(random.nextInt(voters.size()));
        profile.silentUntil = world.now() + ELECTION + ELECTION / 2;
        world.planIn(ELECTION / 4, Kind.FAULT, 6, () -> {
            world.trace(leader.number(), "has lost n" + (rival.number() + 1));
            cut(leader, rival, true, true);
        });
        world.planIn(ELECTION / 2 + random.nextLong(ELECTION / 2), Kind.FAULT, 8, () -> {
            if (cluster.isTroubled() && cluster.leader() == leader) {
                cutOff(leader);
                voters.forEach(voter -> restart(voter, random));
            }
        });
    }

    private void restart(SimHost voter, SimRandom random) {
        if (voter.isUp()) {
            cluster.crash(voter, false);
            cluster.startIn(random.nextLong(50 * MILLI), voter);
        }
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

    private void cut(SimHost one, boolean out, boolean in) {
        for (SimHost other : cluster.hosts()) {
            if (other != one) {
                cut(one, other, out, in);
            }
        }
    }

    private void cut(SimHost one, SimHost other, boolean out, boolean in) {
        if (!cluster.isTroubled()) {
            return; // All was healed before the attack came to this.
        }
        set(one, other, out, in, true);
        world.planIn(AWAY, Kind.FAULT, 7, () -> {
            if (cluster.isTroubled()) {
                set(one, other, out, in, false);
            }
        });
    }

    private void set(SimHost one, SimHost other, boolean out, boolean in, boolean isCut) {
        if (out) {
            cluster.network().cut(one.number(), other.number(), isCut);
        }
        if (in) {
            cluster.network().cut(other.number(), one.number(), isCut);
        }
    }
}
