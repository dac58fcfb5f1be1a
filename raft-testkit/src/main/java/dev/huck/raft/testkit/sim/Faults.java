package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Durability;
import dev.huck.raft.testkit.sim.SimEvent.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Breaks things, as the profile says, until told to stop; everything it breaks mends by itself. Each kind that happens at
 * moments has a stream of occurrences of its own, and each occurrence a generator of its own: one that is left out does
 * not change when the others happen, nor what they do.
 */
final class Faults {
    private static final long MILLI = 1_000_000L;

    private final SimWorld world;
    private final SimCluster cluster;
    private final Profile profile;
    private final RunSpec spec;
    private final Operator operator;
    private final Partitions partitions;
    private final LeaseAttack leases;
    private final DiskFaults disks;
    private final Application application;
    private final List<String> happened = new ArrayList<>();
    private boolean over;

    Faults(
            SimWorld world,
            SimCluster cluster,
            Profile profile,
            RunSpec spec,
            Operator operator,
            Application application) {
        this.application = application;
        this.disks = new DiskFaults(world, cluster, operator);
        this.world = world;
        this.cluster = cluster;
        this.profile = profile;
        this.spec = spec;
        this.operator = operator;
        this.partitions = new Partitions(world, cluster);
        this.leases = new LeaseAttack(world, cluster, operator, profile);
    }

    void start() {
        for (FaultKind kind : FaultKind.values()) {
            if (kind.isMoment() && profile.rate(kind) > 0) {
                next(kind, 1);
            }
        }
    }

    /** Breaks nothing any more. */
    void stop() {
        over = true;
        partitions.stop();
    }

    /** What happened, such as {@code crash.3}, in order. */
    List<String> happened() {
        return happened;
    }

    private void next(FaultKind kind, int occurrence) {
        SimRandom random = world.random("fault " + kind.label() + " " + occurrence);
        long delay = 10 * MILLI + random.exponential((long) (profile.rate(kind) * MILLI));
        world.planIn(delay, Kind.FAULT, kind.label().hashCode(), () -> {
            if (!over) {
                if (spec.happens(kind, occurrence)) {
                    happened.add(kind.label() + "." + occurrence);
                    world.trace(-1, "FAULT " + kind.label() + "." + occurrence);
                    if (happen(kind, random)) {
                        profile.happened(kind);
                    }
                }
                next(kind, occurrence + 1);
            }
        });
    }

    /** Whether it broke anything by now; what waits for what it happens to is noted by whoever sees that. */
    private boolean happen(FaultKind kind, SimRandom random) {
        return switch (kind) {
            case PARTITION -> partitions.cut(victim(random), random);
            case CLOG -> partitions.clog(victim(random), random);
            case GHOSTS -> partitions.haunt(random);
            case CRASH -> crash(random);
            case CUT_BETWEEN -> cutBetween(random);
            case BLACKOUT -> blackout(random);
            case LOG_LOSS -> loseLog(random);
            case OLD_COPY -> oldCopy(random);
            case PAUSE -> cluster.pause(victim(random), pause(random));
            case HANG -> disks.hang(victim(random), random);
            case WRITE_ERROR -> disks.failWrite(victim(random));
            case SYNC_ERROR -> disks.failSync(victim(random), random);
            case DEAD_DISK -> disks.die(victim(random), random);
            case FULL_DISK -> disks.fill(victim(random), random);
            case ROT -> disks.rot(victim(random), random);
            case LOG_ROT -> disks.rotLog(victim(random), random);
            case LOST_DISK -> operator.loseDisk(victim(random));
            case WALL_CLOCK -> jump(random);
            case MEMBERS -> operator.changeMembers(random);
            case SNAPSHOT -> operator.takeSnapshot(random);
            case TRANSFER -> operator.transfer();
            case RESTART -> operator.restart(random);
            case LEASE -> leases.begin(random);
            case BIT_FLIP -> turnBit(random);
            case HANG_UP -> application.hangUp(random);
            default -> throw new IllegalStateException(kind + " does not happen at moments");
        };
    }

    /** Mostly less than a lease or an election takes; now and then longer than many of them. */
    private static long pause(SimRandom random) {
        return MILLI + (random.nextInt(8) == 0 ? random.nextLong(12_000 * MILLI) : random.exponential(900 * MILLI));
    }

    private boolean jump(SimRandom random) {
        cluster.hosts().forEach(host -> host.jump(random.nextLong(-3_600_000 * MILLI, 3_600_000 * MILLI)));
        return true;
    }

    /** The leader, more often than its share. */
    private SimHost victim(SimRandom random) {
        SimHost leader = cluster.leader();
        if (leader != null && random.chance(0.4)) {
            return leader;
        }
        return cluster.hosts().get(random.nextInt(cluster.hosts().size()));
    }

    private boolean crash(SimRandom random) {
        SimHost host = victim(random);
        if (!host.isUp() || cluster.down() >= Math.max(1, (profile.voters - 1) / 2)) {
            return false;
        }
        switch (random.nextInt(3)) {
            case 0 -> cluster.crashInside(host, 1 + random.nextInt(30), IoGate.Where.draw(random));
            case 1 -> cluster.crashUnsynced(host, 1 + random.nextInt(5));
            default -> {
                boolean died = cluster.crash(host, profile.happens(random, FaultKind.POWER_CUT));
                cluster.startIn(restartDelay(random), host);
                return died;
            }
        }
        return false; // Not yet: it dies inside of an operation.
    }

    private boolean cutBetween(SimRandom random) {
        if (cluster.down() < Math.max(1, (profile.voters - 1) / 2)) {
            // Mostly the order that no write has to have.
            cluster.crashBetween(random.chance(0.7) ? IoGate.Device.LOG : IoGate.Device.FILE);
        }
        return false; // Not yet: it waits for such a write.
    }

    /** Only where all others are whole: a majority that agrees is what tells who is wrong. */
    private boolean turnBit(SimRandom random) {
        SimHost host = victim(random);
        if (host.isUp() && !host.isReverted() && operator.othersAreWhole(host)) {
            cluster.corruption().arm(host, random);
        }
        return false; // Not yet: it waits for a command.
    }

    private boolean oldCopy(SimRandom random) {
        return cluster.down() == 0 && cluster.revert(victim(random));
    }

    private boolean loseLog(SimRandom random) {
        SimHost host = victim(random);
        boolean may = profile.durability != Durability.HIGH || operator.othersAreWhole(host);
        if (may && host.isUp() && cluster.down() < Math.max(1, (profile.voters - 1) / 2)) {
            boolean lost = cluster.loseLog(host);
            cluster.startIn(restartDelay(random), host);
            return lost;
        }
        return false;
    }

    private static long restartDelay(SimRandom random) {
        return 20 * MILLI + random.exponential(700 * MILLI);
    }

    private boolean blackout(SimRandom random) {
        boolean powerCut = profile.happens(random, FaultKind.POWER_CUT);
        boolean any = false;
        for (SimHost host : cluster.hosts()) {
            if (host.isUp()) {
                any |= cluster.crash(host, powerCut);
                cluster.startIn(restartDelay(random), host);
            }
        }
        return any;
    }
}
