package dev.huck.raft.testkit.sim;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * Everything that a run can do to a cluster. A run draws which kinds it has and how often they happen, each from a
 * generator of its own: so a kind more, or one that is switched off, does not shift the others.
 */
public enum FaultKind {
    /** Frames that take far longer than others. */
    DELAY(Per.SHARE, 0.8, 0.001, 0.02, "network: frames that take far longer than others"),
    /** Frames that never arrive. */
    LOSS(Per.SHARE, 0.4, 0, 0.08, "network: frames that never arrive"),
    /** Frames that arrive twice. */
    DUPLICATE(Per.SHARE, 0.5, 0, 0.1, "network: frames that arrive twice"),
    /** Frames that overtake others of their link. */
    REORDER(Per.SHARE, 0.5, 0, 0.3, "network: frames that overtake others"),
    /** Frames of which a damaged copy arrives too. */
    DAMAGE(Per.SHARE, 0.2, 0.002, 0.01, "network: frames of which a copy with a wrong bit arrives too"),
    /** Frames of long ago, delivered again. */
    REPLAY(Per.SHARE, 0.5, 0, 0.05, "network: frames of long ago that arrive once more, across terms and restarts"),
    /** Cut links: a node alone, one direction, two halves, a bridge. */
    PARTITION(
            Per.EVERY,
            0.8,
            1_500,
            9_000,
            "network: links that are cut: one node's, one way, two halves, all but a bridge"),
    /** Links on which nothing arrives for seconds, and then all of it. */
    CLOG(
            Per.EVERY,
            0.5,
            3_000,
            15_000,
            "network: links on which nothing arrives for up to five seconds, then all of it"),
    /** Frames of another cluster, of a term far away. */
    STRANGER(Per.SHARE, 0.2, 0.0005, 0.005, "network: frames of another cluster, or of another protocol version"),
    /** The leader cut off with nothing but frames of long ago. */
    GHOSTS(Per.EVERY, 0.4, 3_000, 15_000, "network: the leader cut off, hearing only frames of long ago"),

    /** A killed process: between events, inside an operation, before a sync takes effect. */
    CRASH(
            Per.EVERY,
            0.95,
            800,
            5_000,
            "process: one is killed: between events, inside any operation, right before a sync"),
    /** Crashes that take unsynced writes along. */
    POWER_CUT(Per.SHARE, 0.95, 0.3, 1, "process: crashes that lose, keep or tear what was not synced"),
    /** A power cut between two syncs of one write. */
    CUT_BETWEEN(
            Per.EVERY,
            0.4,
            2_000,
            10_000,
            "process: the power goes between the syncs of the log and of the node file, in one write"),
    /** Another crash while the node recovers from one. */
    CRASH_AGAIN(Per.SHARE, 0.8, 0.05, 0.2, "process: a crash while the node recovers from one"),
    /** All processes at once. */
    BLACKOUT(Per.EVERY, 0.5, 8_000, 40_000, "process: all are killed at once"),
    /** A process without a processor, whose timers fire late. */
    PAUSE(Per.EVERY, 0.65, 2_000, 12_000, "process: one stands still for up to seconds and goes on with late timers"),

    /** Syncs that take up to seconds. */
    SLOW_DISK(Per.SHARE, 0.3, 0.0005, 0.004, "disk: syncs that take seconds"),

    /** A sync that takes very long. */
    HANG(Per.EVERY, 0.3, 5_000, 30_000, "disk: a sync that takes up to twenty seconds, or does not come back"),
    /** A change of a file or the log that fails half-way. */
    WRITE_ERROR(Per.EVERY, 0.25, 5_000, 30_000, "disk: a write that fails, half done"),
    /** A sync that fails, whose data is lost although later ones succeed. */
    SYNC_ERROR(
            Per.EVERY,
            0.25,
            5_000,
            30_000,
            "disk: a sync that fails once, whose data is lost although the next succeeds"),
    /** A disk that fails for good. */
    DEAD_DISK(Per.EVERY, 0.15, 10_000, 40_000, "disk: nothing can be written or synced until it is replaced"),
    /** A disk without room. */
    FULL_DISK(Per.EVERY, 0.2, 5_000, 30_000, "disk: no room for a while"),
    /** Bits that turn in the node file, or in snapshots. */
    ROT(
            Per.EVERY,
            0.3,
            3_000,
            20_000,
            "disk: a bit turns, in the node file or in snapshots: mostly in one of two, now and then in both"),
    /** An empty disk in the place of a member's. */
    LOST_DISK(
            Per.EVERY,
            0.2,
            8_000,
            40_000,
            "disk: a member's is lost; the node is removed, and let in again as another"),

    /** A log that is gone. */
    LOG_LOSS(Per.EVERY, 0.2, 5_000, 20_000, "disk: a node's log is gone, while its other files are there"),
    /** A synced entry that can't be read any more, or a log without its end. */
    LOG_ROT(
            Per.EVERY,
            0.2,
            5_000,
            20_000,
            "disk: a synced entry of the log turns out damaged, or the log's end is missing"),
    /** All machines without power at once, at the end. */
    RACK_CUT(Per.SHARE, 0.4, 1, 1, "disk: at the end all lose power at once, below durability HIGH"),

    /** Timers that fire late. */
    LATE_TIMERS(Per.SHARE, 0.3, 0.001, 0.05, "clock: timers that fire up to 400 ms late"),
    /** Disks that go back in time. */
    OLD_COPY(Per.EVERY, 0.3, 3_000, 15_000, "disk: a machine comes back with an old copy of its disks"),

    /** Clocks that run apart. */
    DRIFT(Per.SHARE, 0.5, 0.001, 0.045, "clock: monotonic clocks that run apart"),
    /** Clocks that run apart by more than the cluster is told to expect, so that no lease holds. */
    WILD_CLOCK(
            Per.SHARE,
            0.15,
            0.15,
            0.5,
            "clock: monotonic clocks that run apart by more than the bound; then only HIGH is held to what it promises"),
    /** Wall clocks that jump. */
    WALL_CLOCK(Per.EVERY, 0.5, 4_000, 20_000, "clock: wall clocks that jump by up to an hour"),

    /** Nodes that leave, and come back with empty disks. */
    MEMBERS(Per.EVERY, 0.7, 2_000, 12_000, "membership: nodes are removed, and let in again with empty disks"),
    /** Snapshots asked for at odd times. */
    SNAPSHOT(Per.EVERY, 0.5, 3_000, 20_000, "snapshot: one is asked for at an odd time"),
    /** Leaders asked to hand over. */
    TRANSFER(Per.EVERY, 0.5, 3_000, 20_000, "leadership: the leader is asked to hand over"),
    /** A client that goes away without waiting for answers. */
    HANG_UP(
            Per.EVERY,
            0.5,
            500,
            5_000,
            "client: one goes away without waiting for its answers, and comes back elsewhere"),
    /** Commands with large arguments. */
    LARGE_COMMAND(Per.SHARE, 0.2, 0.002, 0.03, "client: commands of up to 20 KB, larger than many bounds"),

    /** Commands that fail in the machine. */
    MACHINE_EXCEPTION(
            Per.SHARE, 0.5, 0.001, 0.1, "application: commands whose result is an exception, declared or not"),
    /** Errors out of the machine, in the middle of a command. */
    MACHINE_ERROR(Per.SHARE, 0.25, 0.0002, 0.003, "application: an error in the middle of a command, on one node"),
    /** A bit that turns in the memory of one machine, once in a run. */
    BIT_FLIP(
            Per.EVERY,
            0.35,
            2_000,
            8_000,
            "application: a bit turns in the memory of one node's machine: in a result, in the state, or in both"),
    /** Commands that take long. */
    SLOW_MACHINE(Per.SHARE, 0.25, 0.0002, 0.003, "application: a command that takes half a second, on one node"),

    /** Only a quorum is healed. */
    CORE(
            Per.SHARE,
            0.3,
            1,
            1,
            "liveness: in the end only a random quorum is healed; the others stay down, cut off, or with a disk that hangs, for ever"),

    /** Nodes that are stopped and started. */
    RESTART(Per.EVERY, 0.5, 3_000, 20_000, "leadership: a node is asked to stop, and started again"),
    /** What a lease has to be safe from. */
    LEASE(
            Per.EVERY,
            0.25,
            1_000,
            3_000,
            "leadership: the leader loses the others while its lease runs, and they may go on without it");

    /** What a kind happens to. */
    private enum Per {
        /** A share of something: frames, syncs, crashes. */
        SHARE,
        /** The whole, at moments, so many milliseconds apart on average. */
        EVERY
    }

    private final Per per;
    private final double chance;
    private final double least;
    private final double most;
    private final String about;

    /** Drawn from {@code least} to {@code most} (see {@link #draw}), in a share of all runs that is {@code chance}. */
    FaultKind(Per per, double chance, double least, double most, String about) {
        this.per = per;
        this.chance = chance;
        this.least = least;
        this.most = most;
        this.about = about;
    }

    /** @return its name on the command line */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @return what happens, in a line, its group first */
    public String about() {
        return about;
    }

    /** Whether it happens at moments of its own, not to a share of something. */
    boolean isMoment() {
        return per == Per.EVERY;
    }

    /**
     * Whether it takes away what a node has written, for good: below durability {@code HIGH} that comes on top of what a
     * power cut takes, and both together are more than a cluster promises to survive.
     */
    boolean takesFromDisk() {
        return switch (this) {
            case DEAD_DISK, FULL_DISK, ROT, LOST_DISK, CORE -> true;
            default -> false;
        };
    }

    /** A share, or milliseconds between two; 0 if the run does not have it. */
    double draw(SimRandom random) {
        double place = random.nextDouble();
        if (!random.chance(chance)) {
            return 0;
        }
        // Mostly little enough for a cluster to get on with its work; now and then far more than any network does.
        double top =
                switch (this) {
                    case LOSS -> random.chance(0.1) ? 0.3 : most;
                    case DUPLICATE, REPLAY -> random.chance(0.1) ? 0.5 : most;
                    default -> most;
                };
        return least + place * (top - least);
    }

    /** @return all kinds */
    public static Set<FaultKind> all() {
        return EnumSet.allOf(FaultKind.class);
    }

    /**
     * Finds a kind.
     *
     * @param label as {@link #label} gives it
     * @return the kind
     * @throws IllegalArgumentException when there is none of that name
     */
    public static FaultKind of(String label) {
        for (FaultKind kind : values()) {
            if (kind.label().equals(label)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("there is no kind of fault '" + label + "'; --help lists them");
    }
}
