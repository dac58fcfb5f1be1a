package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Consistency;
import dev.huck.raft.core.consensus.Limits;

/**
 * What one run is like, drawn from its seed: which faults happen and how often, how fast disks and networks are, what
 * clients do. Runs differ a lot on purpose; a mix of everything at once hides what one fault alone would show.
 *
 * @param voters how many machines form the cluster at first
 * @param spares how many more there are
 * @param consistency how reads are answered
 * @param minDelay nanoseconds of the fastest frame
 * @param meanDelay nanoseconds on top, on average
 * @param tail share of frames that take much longer
 * @param reorder share of frames that may overtake
 * @param loss share of frames lost
 * @param duplicates share of frames delivered twice
 * @param damage share of frames of which a damaged copy arrives too
 * @param replays share of frames at whose sending an old one is delivered again
 * @param syncNanos how long a sync takes, on average
 * @param stalls share of syncs that take up to a second
 * @param faultNanos time between two faults, on average
 * @param crashes weight of crashes among the faults
 * @param powerCuts share of crashes that lose what was not synced
 * @param pauses weight of pauses
 * @param partitions weight of partitions
 * @param transfers weight of leadership transfers, restarts and snapshots
 * @param members weight of changes of membership
 * @param clients number of clients
 * @param pipeline most commands that a client sends at once
 * @param thinkNanos how long a client waits between batches, on average
 * @param reads share of commands that read
 * @param snapshotBytes log bytes between snapshots
 * @param limits the node's bounds, mostly tiny
 * @param driftPpm how far clocks run apart, in millionths
 * @param chaosNanos how long faults happen
 */
record Profile(
        int voters,
        int spares,
        Consistency consistency,
        long minDelay,
        long meanDelay,
        double tail,
        double reorder,
        double loss,
        double duplicates,
        double damage,
        double replays,
        long syncNanos,
        double stalls,
        long faultNanos,
        int crashes,
        double powerCuts,
        int pauses,
        int partitions,
        int transfers,
        int members,
        int clients,
        int pipeline,
        long thinkNanos,
        double reads,
        long snapshotBytes,
        Limits limits,
        long driftPpm,
        long chaosNanos) {
    private static final long MILLI = 1_000_000L;

    static Profile draw(SimRandom random) {
        boolean rough = random.chance(0.5);
        return new Profile(
                5,
                random.chance(0.4) ? 1 : 0,
                consistency(random),
                20_000 + random.nextLong(200_000),
                100_000 + random.nextLong(rough ? 8 * MILLI : MILLI),
                rough ? random.nextDouble() * 0.02 : 0.001,
                random.chance(0.5) ? random.nextDouble() * 0.3 : 0,
                rough ? random.nextDouble() * 0.08 : 0,
                random.chance(0.5) ? random.nextDouble() * 0.1 : 0,
                random.chance(0.2) ? 0.005 : 0,
                random.chance(0.5) ? random.nextDouble() * 0.05 : 0,
                50_000 + random.nextLong(3 * MILLI),
                random.chance(0.3) ? 0.002 : 0,
                300 * MILLI + random.nextLong(1200 * MILLI),
                1 + random.nextInt(6),
                0.3 + random.nextDouble() * 0.7,
                random.nextInt(3),
                random.nextInt(5),
                random.nextInt(3),
                random.nextInt(4),
                3 + random.nextInt(3),
                1 + random.nextInt(8),
                20 * MILLI + random.nextLong(150 * MILLI),
                0.2 + random.nextDouble() * 0.5,
                2_000 + random.nextLong(30_000),
                limits(random),
                random.chance(0.5) ? random.nextLong(20_000) : 0,
                20_000 * MILLI + random.nextLong(12_000 * MILLI));
    }

    private static Limits limits(SimRandom random) {
        if (random.nextInt(4) == 0) {
            return Limits.DEFAULT;
        }
        return new Limits(
                50 + random.nextInt(2_000),
                200 + random.nextLong(8_000),
                1 + random.nextInt(16),
                random.nextBoolean() ? 0 : random.nextLong(10_000),
                200 + random.nextLong(8_000),
                0,
                0,
                0,
                60 + random.nextInt(400));
    }

    private static Consistency consistency(SimRandom random) {
        int choice = random.nextInt(10);
        return choice < 6 ? Consistency.HIGH : choice < 9 ? Consistency.MEDIUM : Consistency.LOW;
    }
}
