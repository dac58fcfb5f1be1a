package dev.huck.raft.testkit.sim;

import java.util.List;

/** Breaks disks. One at a time is damaged for good, so that what the cluster promised can be kept. */
final class DiskFaults {
    private static final long MILLI = 1_000_000L;

    private final SimWorld world;
    private final SimCluster cluster;
    private final Operator operator;

    DiskFaults(SimWorld world, SimCluster cluster, Operator operator) {
        this.operator = operator;
        this.world = world;
        this.cluster = cluster;
    }

    void hang(SimHost host, SimRandom random) {
        host.trouble().hang(1_000 * MILLI + random.nextLong(19_000 * MILLI));
    }

    void failWrite(SimHost host) {
        host.trouble().failChange();
    }

    void failSync(SimHost host) {
        host.trouble().failSync();
    }

    void die(SimHost host, SimRandom random) {
        if (cluster.down() == 0) {
            host.trouble().die();
            world.planIn(random.nextLong(20_000 * MILLI), SimEvent.Kind.FAULT, host.number(), () -> host.trouble()
                    .mend());
        }
    }

    void fill(SimHost host, SimRandom random) {
        host.trouble().fill(world.now() + random.nextLong(6_000 * MILLI));
    }

    /**
     * A bit turns in a snapshot, if another whole one is there, which the log still meets; or in one of the two copies of
     * the node file, which the next start repairs, always in the same one until then.
     */
    void rot(SimHost host, SimRandom random) {
        if (!host.isUp() || !operator.othersAreWhole(host)) {
            return;
        }
        List<String> snapshots = host.disk().durableNames("snapshots").stream()
                .filter(name ->
                        SimHost.isSnapshot(name) && !host.rottenSnapshots().contains(name))
                .toList();
        if (snapshots.size() > 1 && random.nextBoolean()) {
            String name = snapshots.get(random.nextInt(snapshots.size()));
            world.trace(host.number(), "its file " + name + " rots");
            host.disk().rot(name, 0, Integer.MAX_VALUE, random);
            host.rottenSnapshots().add(name);
        } else if (host.disk().durableNames("").contains("node")) {
            int half = host.disk().length("node") / 2;
            int copy = host.rottenCopy(random);
            world.trace(host.number(), "copy " + copy + " of its node file rots");
            host.disk().rot("node", copy * half, (copy + 1) * half, random);
            host.rot();
        }
    }
}
