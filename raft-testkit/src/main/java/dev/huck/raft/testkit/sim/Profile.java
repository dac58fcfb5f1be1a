package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.Durability;
import dev.huck.raft.core.consensus.Limits;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What one run is like, drawn from its seed: which faults happen and how often, how fast disks and networks are, what
 * clients do. Runs differ a lot on purpose; a mix of everything at once hides what one fault alone would show.
 */
final class Profile {
    private static final long MILLI = 1_000_000L;

    private final Map<FaultKind, Double> rates = new EnumMap<>(FaultKind.class);
    private final Set<FaultKind> happened = EnumSet.noneOf(FaultKind.class);

    // ---- the cluster

    /** How many machines form the cluster at first. */
    int voters = 3;
    /** How many more there are. */
    int spares;
    /** How reads are answered. */
    Consistency consistency = Consistency.HIGH;
    /** When a node's word counts. */
    Durability durability = Durability.HIGH;
    /** Whether nodes that do not lead answer reads, having asked the leader. */
    boolean followerReads;
    /** Whether they forward commands. */
    boolean forward;
    /** Whether a leader has others send snapshots. */
    boolean snapshotsFromMembers;
    /** Share of batches before which a client changes how its connection reads. */
    double ownReads;
    /** The node's bounds, mostly tiny. */
    Limits limits = Limits.DEFAULT;
    /** Bytes for clients' commands under way; often so few that commands are refused, and replies can't be kept. */
    long memory = 1 << 20;
    /** Log bytes between snapshots. */
    long snapshotBytes = 1 << 20;

    // ---- its world

    /** Nanoseconds of the fastest frame. */
    long minDelay = 10_000;
    /** Nanoseconds on top, on average. */
    long meanDelay = MILLI;
    /** How long a sync takes, on average. */
    long syncNanos = MILLI;
    /** How long faults happen. */
    long chaosNanos = MILLI;

    // ---- what clients do

    /** How many there are. */
    int clients;
    /** Most commands that one sends at once. */
    int pipeline = 1;
    /** How long one waits between batches, on average. */
    long thinkNanos = MILLI;
    /** Whether clients work on lists that only grow, in place of numbers. */
    boolean lists;
    /** Share of commands that read. */
    double reads;

    /** How many more only read, and bound how old what they read may be. */
    int readers;

    /** Nobody begins to send anything before this time of the world. */
    long silentUntil;

    /** Those that write in sessions. */
    SessionMix sessions = SessionMix.NONE;

    /** A quiet run without clients. */
    Profile() {}

    /** Draws a run; what was drawn does not depend on the kinds of faults that it may have. */
    static Profile draw(SimWorld world, Set<FaultKind> kinds) {
        SimRandom random = world.random("profile");
        Profile drawn = new Profile();
        boolean rough = random.chance(0.5);
        drawn.voters = voters(random.nextInt(20));
        drawn.spares = random.chance(0.4) ? 1 : 0;
        drawn.consistency = consistency(random);
        drawn.limits = limits(random);
        drawn.snapshotBytes = 2_000 + random.nextLong(30_000);
        drawn.minDelay = 20_000 + random.nextLong(200_000);
        drawn.meanDelay = 100_000 + random.nextLong(rough ? 8 * MILLI : MILLI);
        drawn.syncNanos = 50_000 + random.nextLong(3 * MILLI);
        drawn.chaosNanos = 20_000 * MILLI + random.nextLong(12_000 * MILLI);
        drawn.clients = 3 + random.nextInt(3);
        drawn.pipeline = 1 + random.nextInt(8);
        drawn.thinkNanos = 20 * MILLI + random.nextLong(150 * MILLI);
        drawn.reads = 0.2 + random.nextDouble() * 0.5;
        drawn.sessions = SessionMix.draw(world.random("sessions"));
        drawn.lists = random.chance(0.15);
        drawn.durability = durability(world.random("durability"));
        SimRandom reading = world.random("reading");
        drawn.followerReads = reading.chance(0.5);
        drawn.forward = reading.chance(0.4);
        drawn.ownReads = reading.chance(0.6) ? 0.05 + reading.nextDouble() * 0.3 : 0;
        SimRandom readers = world.random("readers");
        drawn.readers = readers.chance(0.4) ? 1 + readers.nextInt(2) : 0;
        drawn.snapshotsFromMembers = world.random("snapshot sources").nextBoolean();
        SimRandom sizes = world.random("memory");
        if (sizes.nextInt(3) == 0) {
            drawn.memory = 1_000 + sizes.nextLong(30_000);
        }
        for (FaultKind kind : FaultKind.values()) {
            double rate = kind.draw(world.random("rate of " + kind.label()));
            boolean may = kinds.contains(kind) && (drawn.durability == Durability.HIGH || !kind.takesFromDisk());
            drawn.rate(kind, may ? rate : 0);
        }
        return drawn;
    }

    /**
     * How often a kind of fault happens.
     *
     * @return its share of what it happens to, or the milliseconds between two on average; 0 for never
     */
    double rate(FaultKind kind) {
        return rates.getOrDefault(kind, 0.0);
    }

    /** Whether a kind that happens to a share of something happens to this one. */
    boolean happens(SimRandom random, FaultKind kind) {
        boolean does = random.chance(rate(kind));
        if (does) {
            happened.add(kind);
        }
        return does;
    }

    /** Notes that a kind of fault has happened. */
    void happened(FaultKind kind) {
        happened.add(kind);
    }

    /** The kinds that have really happened. */
    Set<FaultKind> happened() {
        return happened;
    }

    /** Whether clocks run as the cluster is told to expect, on which leases and bounds of staleness rest. */
    boolean clocksAreGood() {
        return rate(FaultKind.WILD_CLOCK) == 0;
    }

    /** What a read is held to: without good clocks one at {@code MEDIUM} is of some committed state, and no more. */
    Consistency promised(Consistency asked) {
        return asked == Consistency.MEDIUM && !clocksAreGood() ? Consistency.LOW : asked;
    }

    /**
     * How long an entry may stay unsynced, in nanoseconds, where that is promised: at MEDIUM, on disks that do not hang, in
     * processes that do not stand still.
     *
     * @return a second, and what a late timer, a clock that is slow and a sync add; {@link Long#MAX_VALUE} for ever
     */
    long syncWindow() {
        boolean isPromised = durability == Durability.MEDIUM
                && rate(FaultKind.PAUSE) == 0
                && rate(FaultKind.HANG) == 0
                && rate(FaultKind.SLOW_DISK) == 0
                && rate(FaultKind.WILD_CLOCK) == 0;
        return !isPromised ? Long.MAX_VALUE : (rate(FaultKind.LATE_TIMERS) > 0 ? 1_600 : 1_150) * MILLI;
    }

    Profile rate(FaultKind kind, double rate) {
        rates.put(kind, rate);
        return this;
    }

    /** Mostly three or five, as most clusters. */
    private static int voters(int choice) {
        return switch (choice) {
            case 0 -> 1;
            case 1 -> 2;
            case 2, 3 -> 4;
            case 4 -> 6;
            case 5, 6 -> 7;
            case 7, 8, 9, 10, 11, 12 -> 3;
            default -> 5;
        };
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
                200 + random.nextInt(400)); // Not fewer: the largest states must get across in the time to settle.
    }

    private static Durability durability(SimRandom random) {
        int choice = random.nextInt(10);
        return choice < 5 ? Durability.HIGH : choice < 8 ? Durability.MEDIUM : Durability.LOW;
    }

    private static Consistency consistency(SimRandom random) {
        int choice = random.nextInt(10);
        return choice < 6 ? Consistency.HIGH : choice < 9 ? Consistency.MEDIUM : Consistency.LOW;
    }

    /** For people. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(lists ? "lists; " : "numbers; ");
        text.append(String.format(
                Locale.ROOT,
                "%d voters, %d spare; durability %s; reads at %s%s%s%s%s; frames take %.1f ms, syncs %.1f ms; %d clients send up to %d commands"
                        + " every %d ms, %.0f %% reads; %d only read; %d bytes for them; snapshots every %d bytes; %s; faults for %.1f s:",
                voters,
                spares,
                durability,
                consistency,
                followerReads ? ", on followers" : "",
                ownReads > 0 ? ", or as clients wish" : "",
                forward ? "; commands are forwarded" : "",
                snapshotsFromMembers ? "; members send snapshots" : "",
                (minDelay + meanDelay) / 1e6,
                syncNanos / 1e6,
                clients,
                pipeline,
                thinkNanos / MILLI,
                100 * reads,
                readers,
                memory,
                snapshotBytes,
                limits.equals(Limits.DEFAULT) ? "default limits" : limits,
                chaosNanos / 1e9));
        for (FaultKind kind : FaultKind.values()) {
            if (rate(kind) > 0) {
                text.append(' ').append(kind.label());
                text.append(
                        kind.isMoment()
                                ? String.format(Locale.ROOT, " every %.0f ms,", rate(kind))
                                : String.format(Locale.ROOT, " %.4f,", rate(kind)));
            }
        }
        return text.substring(0, text.length() - 1);
    }
}
