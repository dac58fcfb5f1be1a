package dev.huck.raft.testkit.sim;

import dev.huck.raft.testkit.sim.SimEvent.Kind;
import java.util.ArrayList;
import java.util.List;

/** Breaks things, one after the other, as the profile says, until told to stop; everything it breaks mends by itself. */
final class Faults {
    private static final long MILLI = 1_000_000L;

    private final SimWorld world;
    private final SimCluster cluster;
    private final Profile profile;
    private final Operator operator;
    private final SimRandom random;
    private boolean over;

    Faults(SimWorld world, SimCluster cluster, Profile profile, Operator operator) {
        this.world = world;
        this.cluster = cluster;
        this.profile = profile;
        this.operator = operator;
        this.random = world.random("faults");
    }

    void start() {
        next();
    }

    /** Breaks nothing any more. */
    void stop() {
        over = true;
    }

    private void next() {
        world.planIn(10 * MILLI + random.exponential(profile.faultNanos()), Kind.FAULT, 0, () -> {
            if (!over) {
                breakSomething();
                next();
            }
        });
    }

    private void breakSomething() {
        int choice = random.nextInt(1
                + profile.crashes()
                + profile.pauses()
                + profile.partitions()
                + profile.transfers()
                + profile.members());
        if ((choice -= profile.crashes()) < 0) {
            crash();
        } else if ((choice -= profile.pauses()) < 0) {
            cluster.pause(victim(), MILLI + random.exponential(900 * MILLI));
        } else if ((choice -= profile.partitions()) < 0) {
            if (profile.replays() > 0 && random.nextInt(3) == 0) {
                haunt();
            } else {
                partition();
            }
        } else if ((choice -= profile.transfers()) < 0) {
            operator.disturb();
        } else if ((choice -= profile.members()) < 0) {
            operator.changeMembers();
        } else {
            rare();
        }
    }

    /** The leader, more often than its share. */
    private SimHost victim() {
        SimHost leader = cluster.leader();
        if (leader != null && random.chance(0.4)) {
            return leader;
        }
        return cluster.hosts().get(random.nextInt(cluster.hosts().size()));
    }

    private void crash() {
        SimHost host = victim();
        if (!host.isUp() || down() >= 2) {
            return;
        }
        int kind = random.nextInt(3);
        if (kind == 0) {
            cluster.crashInside(host, 1 + random.nextInt(30), IoGate.Where.draw(random));
        } else if (kind == 1) {
            cluster.crashUnsynced(host, 1 + random.nextInt(5));
        } else {
            cluster.crash(host, random.chance(profile.powerCuts()));
            cluster.startIn(restartDelay(), host);
        }
    }

    private int down() {
        int count = 0;
        for (SimHost host : cluster.hosts()) {
            count += host.isUp() ? 0 : 1;
        }
        return count;
    }

    private long restartDelay() {
        return 20 * MILLI + random.exponential(700 * MILLI);
    }

    private void rare() {
        if (random.nextBoolean()) {
            for (SimHost host : cluster.hosts()) {
                host.jump(random.nextLong(-3_600_000 * MILLI, 3_600_000 * MILLI));
            }
            return;
        }
        boolean powerCut = random.chance(profile.powerCuts());
        for (SimHost host : cluster.hosts()) {
            if (host.isUp()) {
                cluster.crash(host, powerCut);
                cluster.startIn(restartDelay(), host);
            }
        }
    }

    private void partition() {
        SimHost one = victim();
        List<int[]> links = links(one.number());
        int flips = random.nextInt(4) == 0 ? 2 * random.nextInt(4) : 0;
        long lasting = 200 * MILLI + random.exponential(1_200 * MILLI);
        if (world.isTraced()) {
            StringBuilder text = new StringBuilder("cuts");
            links.forEach(
                    link -> text.append(" n").append(link[0] + 1).append(">n").append(link[1] + 1));
            world.trace(-1, text.toString());
        }
        flip(links, true, flips, lasting);
    }

    /** The leader is cut off and hears only voices of the past, long enough for the others to go on without it. */
    private void haunt() {
        SimHost leader = cluster.leader();
        if (leader == null) {
            return;
        }
        long lasting = 1_000 * MILLI + random.nextLong(2_000 * MILLI);
        world.trace(leader.number(), "is cut off and haunted");
        List<int[]> links = new ArrayList<>();
        for (SimHost other : cluster.hosts()) {
            if (other != leader) {
                links.add(new int[] {leader.number(), other.number()});
                links.add(new int[] {other.number(), leader.number()});
            }
        }
        flip(links, true, 0, lasting);
        cluster.network().replay(leader, lasting);
    }

    private void flip(List<int[]> links, boolean isCut, int flips, long lasting) {
        links.forEach(link -> cluster.network().cut(link[0], link[1], isCut));
        if (isCut || flips > 0) {
            world.planIn(lasting / (flips + 1) + 1, Kind.FAULT, 2, () -> {
                if (!over) {
                    flip(links, !isCut, flips - 1, lasting);
                }
            });
        }
    }

    /** The one-way links that a partition cuts. */
    private List<int[]> links(int one) {
        int size = cluster.hosts().size();
        int kind = random.nextInt(5);
        boolean[] side = new boolean[size];
        for (int i = 0; i < size; i++) {
            side[i] = random.nextBoolean();
        }
        List<int[]> links = new ArrayList<>();
        for (int from = 0; from < size; from++) {
            for (int to = 0; to < size; to++) {
                boolean cut =
                        switch (kind) {
                            case 0 -> from == one || to == one;
                            case 1 -> from == one; // is not heard
                            case 2 -> to == one; // hears nothing
                            case 3 -> side[from] != side[to];
                            default -> side[from] != side[to] && from != one && to != one; // a bridge
                        };
                if (cut && from != to) {
                    links.add(new int[] {from, to});
                }
            }
        }
        return links;
    }
}
