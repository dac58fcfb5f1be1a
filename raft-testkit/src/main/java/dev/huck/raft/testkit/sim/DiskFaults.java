package dev.huck.raft.testkit.sim;

import java.util.List;

/** Breaks disks. One at a time is damaged for good, so that what the cluster promised can be kept. */
final class DiskFaults {
    private static final long MILLI = 1_000_000L;
    /** Until a person comes: at the end of all faults. */
    private static final long FOR_EVER = 3_600_000 * MILLI;

    private final SimWorld world;
    private final SimCluster cluster;
    private final Operator operator;

    DiskFaults(SimWorld world, SimCluster cluster, Operator operator) {
        this.operator = operator;
        this.world = world;
        this.cluster = cluster;
    }

    boolean hang(SimHost host, SimRandom random) {
        long nanos = 1_000 * MILLI + random.nextLong(19_000 * MILLI);
        host.trouble().hang(random.nextInt(5) == 0 ? FOR_EVER : nanos);
        return host.isUp();
    }

    boolean failWrite(SimHost host) {
        if (!cluster.letFail(host)) {
            return false;
        }
        host.trouble().failChange();
        return host.isUp();
    }

    boolean failSync(SimHost host, SimRandom random) {
        if (!cluster.letFail(host)) {
            return false;
        }
        host.trouble().failSync(random.nextInt(3) == 0 ? IoGate.Device.FILE : IoGate.Device.LOG);
        return host.isUp();
    }

    boolean die(SimHost host, SimRandom random) {
        if (cluster.down() == 0) {
            host.trouble().die();
            world.planIn(random.nextLong(20_000 * MILLI), SimEvent.Kind.FAULT, host.number(), () -> host.trouble()
                    .mend());
            return true;
        }
        return false;
    }

    boolean fill(SimHost host, SimRandom random) {
        host.trouble().fill(world.now() + random.nextLong(6_000 * MILLI));
        return host.isUp();
    }

    /**
     * A bit turns in a snapshot, if another whole one is there, which the log still meets; or in one of the two copies of
     * the node file, which the next start repairs, always in the same one until then. Now and then in all snapshots, or in
     * both copies.
     */
    boolean rot(SimHost host, SimRandom random) {
        if (!host.isUp() || !operator.othersAreWhole(host)) {
            return false;
        }
        List<String> snapshots = host.wholeSnapshots();
        boolean all = random.nextInt(4) == 0;
        boolean rots = true;
        if ((all ? !snapshots.isEmpty() : snapshots.size() > 1) && random.nextBoolean()) {
            for (String name : all ? snapshots : List.of(snapshots.get(random.nextInt(snapshots.size())))) {
                world.trace(host.number(), "its file " + name + " rots");
                host.disk().rot(name, 0, Integer.MAX_VALUE, random);
            }
        } else if (host.disk().durableNames("").contains("node")) {
            rotNodeFile(host, host.rottenCopy(random), random);
            if (all) {
                rotNodeFile(host, 1 - host.rottenCopy(random), random);
            }
            host.rot();
        } else {
            rots = false;
        }
        if (all) {
            startAnew(host, random);
        }
        return rots;
    }

    private void rotNodeFile(SimHost host, int copy, SimRandom random) {
        int half = host.disk().length("node") / 2;
        world.trace(host.number(), "copy " + copy + " of its node file rots");
        host.disk().rot("node", copy * half, (copy + 1) * half, random);
    }

    /** An entry of the log that was synced can't be read any more, or the log's end is gone. */
    boolean rotLog(SimHost host, SimRandom random) {
        if (!host.isUp() || !operator.othersAreWhole(host)) {
            return false;
        }
        boolean rots = random.nextInt(4) > 0;
        boolean does = rots ? host.log().rot(random) : host.log().cutOff();
        if (does) {
            world.trace(host.number(), rots ? "an entry of its log rots" : "its log is cut off");
            startAnew(host, random);
        }
        return does;
    }

    /** What is damaged is found by a read, or else by this. */
    private void startAnew(SimHost host, SimRandom random) {
        world.planIn(random.nextLong(5_000 * MILLI), SimEvent.Kind.FAULT, host.number(), () -> {
            if (host.isDamaged()) {
                cluster.crash(host, false);
                cluster.startIn(20 * MILLI, host);
            }
        });
    }
}
