package dev.huck.raft.testkit.sim;

import dev.huck.raft.testkit.sim.SimEvent.Kind;
import java.util.ArrayList;
import java.util.List;

/** Cuts links one way, and mends them after a while. */
final class Partitions {
    private static final long MILLI = 1_000_000L;

    private final SimWorld world;
    private final SimCluster cluster;
    private boolean over;

    Partitions(SimWorld world, SimCluster cluster) {
        this.world = world;
        this.cluster = cluster;
    }

    /** Neither cuts nor mends any more. */
    void stop() {
        over = true;
    }

    /** Cuts some links for a while; a quarter of the cuts come and go. */
    boolean cut(SimHost one, SimRandom random) {
        List<int[]> links = links(one.number(), random);
        int flips = random.nextInt(4) == 0 ? 2 * random.nextInt(4) : 0;
        long lasting = 200 * MILLI + random.exponential(1_200 * MILLI);
        if (world.isTraced()) {
            StringBuilder text = new StringBuilder("cuts");
            links.forEach(
                    link -> text.append(" n").append(link[0] + 1).append(">n").append(link[1] + 1));
            world.trace(-1, text.toString());
        }
        flip(links, true, flips, lasting);
        return !links.isEmpty();
    }

    /** The leader is cut off and hears only voices of the past, long enough for the others to go on without it. */
    boolean haunt(SimRandom random) {
        SimHost leader = cluster.leader();
        if (leader == null) {
            return false;
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
        return true;
    }

    /** Links of one node, or any, that deliver nothing for a while and then all at once; some one after the other. */
    boolean clog(SimHost one, SimRandom random) {
        int size = cluster.hosts().size();
        boolean all = random.nextBoolean();
        long begin = world.now();
        long step = random.nextBoolean() ? 0 : random.nextLong(500 * MILLI);
        world.trace(one.number(), "has clogged links");
        boolean any = false;
        for (int other = 0; other < size; other++) {
            if (other == one.number() || !(all || random.nextBoolean())) {
                continue;
            }
            any = true;
            // Swizzled: opened one after the other.
            begin += step;
            long until = world.now() + cluster.untilCalm(begin - world.now() + random.nextLong(5_000 * MILLI));
            int direction = random.nextInt(3);
            if (direction != 0) {
                cluster.network().clog(one.number(), other, until);
            }
            if (direction != 1) {
                cluster.network().clog(other, one.number(), until);
            }
        }
        return any;
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

    /** The nodes in any order. */
    private static int[] places(int size, SimRandom random) {
        int[] places = new int[size];
        for (int i = 0; i < size; i++) {
            int other = random.nextInt(i + 1);
            places[i] = places[other];
            places[other] = i;
        }
        return places;
    }

    /** The one-way links that a partition cuts. */
    private List<int[]> links(int one, SimRandom random) {
        int size = cluster.hosts().size();
        int kind = random.nextInt(8);
        int[] place = places(size, random);
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
                            case 4 -> side[from] != side[to] && from != one && to != one; // a bridge
                            case 5 -> Math.abs(place[from] - place[to]) != 1; // a chain
                            case 6 ->
                                (place[from] + 1) % size != place[to]
                                        && (place[to] + 1) % size != place[from]; // a ring
                            default -> from != one && to != one; // a star: only one still sees a quorum
                        };
                if (cut && from != to) {
                    links.add(new int[] {from, to});
                }
            }
        }
        return links;
    }
}
