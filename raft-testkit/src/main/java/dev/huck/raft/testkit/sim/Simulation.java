package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.Role;
import dev.huck.raft.core.check.CoreView;
import dev.huck.raft.core.consensus.Member;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run: a cluster forms, works while things break, is healed, and must then agree and answer within a bound.
 */
public final class Simulation {
    private static final long MILLI = 1_000_000L;
    /** What clients that went away had asked for is given up by then. */
    private static final long LONG_UP = 2_500 * MILLI;

    private static final long FORMATION = 30_000 * MILLI;
    /** Ten times the longest election timeout that nodes have by default; frames then take a tenth of the shortest. */
    private static final long TEN_ELECTIONS = 12_000 * MILLI;
    /** Ten of the longest election timeouts, and time for the sending of snapshots. */
    private static final long CONVERGENCE = 15_000 * MILLI;
    /** The longest election timeout: what earlier elections have left behind is over after it. */
    private static final long ELECTION = 1_200 * MILLI;
    /** For so long a minority is away, and so long it is watched after it is back. */
    private static final long AWAY = 3 * ELECTION;

    private static final long BACK = 2 * ELECTION;
    /** Many times what the busiest run needs. */
    private static final long MOST_EVENTS = 2_000_000;

    private final SimWorld world;
    private final Profile profile;
    private final Invariants invariants;
    private final SimCluster cluster;
    private final Application application;
    private final Operator operator;
    private final Faults faults;
    private final long chaosNanos;
    /** Whether only a quorum was healed. */
    private boolean isCore;

    private long healedAt;
    /** Whether the operator still looks after what is left to do. */
    private boolean tidies = true;

    /**
     * A run.
     *
     * @param spec which one
     * @param trace takes a readable transcript; null for none
     */
    public Simulation(RunSpec spec, @Nullable Consumer<String> trace) {
        this(spec, new RaftNodes(), trace);
    }

    Simulation(RunSpec spec, NodeFactory factory, @Nullable Consumer<String> trace) {
        this(
                spec,
                factory,
                (world, profile, invariants, hosts) -> profile.lists
                        ? StormApplication.ofLists(world, profile, hosts)
                        : new NumbersApplication(world, profile, invariants, hosts),
                trace);
    }

    /** Makes what runs on a cluster. */
    interface ApplicationFactory {
        Application make(SimWorld world, Profile profile, Invariants invariants, List<SimHost> hosts);
    }

    Simulation(RunSpec spec, NodeFactory factory, ApplicationFactory applications, @Nullable Consumer<String> trace) {
        world = new SimWorld(spec.seed(), trace);
        profile = Profile.draw(world, spec.faults());
        chaosNanos = spec.millis() == 0 ? profile.chaosNanos : Math.min(profile.chaosNanos, spec.millis() * MILLI);
        invariants = new Invariants(world, profile.durability, profile.syncWindow(), profile.clocksAreGood());
        cluster = new SimCluster(world, profile, factory, invariants);
        application = applications.make(world, profile, invariants, cluster.hosts());
        cluster.application(application);
        operator = new Operator(world, cluster);
        faults = new Faults(world, cluster, profile, spec, operator, application);
    }

    SimCluster cluster() {
        return cluster;
    }

    /**
     * The faults that happened at moments, in order.
     *
     * @return names such as {@code crash.3}
     */
    public List<String> happened() {
        return List.copyOf(faults.happened());
    }

    /** The kinds of faults that have really happened. */
    Set<FaultKind> kinds() {
        return profile.happened();
    }

    /**
     * Runs it.
     *
     * @return what came out
     */
    public Outcome run() {
        world.trace(-1, profile.toString());
        form();
        if (reaches(this::isFormed, FORMATION)) {
            world.trace(-1, "the cluster has formed");
            chaos();
        } // Else clients and trouble have kept newcomers from ever catching up: it must form without them.
        if (world.violation() == null) {
            heal();
        }
        if (runUntil(cluster::isLed, TEN_ELECTIONS, "no leader within ten election timeouts of healing")
                && runUntil(this::isSettled, CONVERGENCE, "the healed cluster does not settle")) {
            application.judge();
            if (world.violation() == null && !isCore) { // A quorum core has nobody to spare.
                missAMinority();
                reaches(() -> world.now() > healedAt + LONG_UP, LONG_UP);
                cluster.allIsAnswered();
            }
        }
        return new Outcome(
                world.violation(),
                world.events(),
                world.hash(),
                world.now(),
                invariants.leaders(),
                application.done(),
                cluster.losses());
    }

    private void chaos() {
        faults.start();
        long end = world.now() + chaosNanos;
        cluster.calmAt(end);
        while (world.now() < end && world.events() < MOST_EVENTS && world.step()) {}
        if (world.violation() == null
                && profile.durability != Durability.HIGH
                && profile.rate(FaultKind.RACK_CUT) > 0
                && cluster.isWhole()
                && !cluster.corruption().isSomewhere() // Only from there could the others get what they lose.
                && application.expectsLoss()) {
            profile.happened(FaultKind.RACK_CUT);
            cluster.cutRack();
        }
    }

    private void form() {
        List<SimHost> hosts = cluster.hosts();
        for (int i = 0; i < profile.voters; i++) {
            if (i > 0) {
                hosts.get(i).join(hosts.get(0).address());
            }
            cluster.startIn(20L * i * MILLI, hosts.get(i));
        }
        application.start();
    }

    private boolean isFormed() {
        SimHost leader = cluster.leader();
        CoreView core = leader == null ? null : cluster.core(leader);
        if (core == null || core.role() != Role.LEADER) {
            return false;
        }
        List<Member> members = core.configuration().members();
        return members.size() == profile.voters
                && members.stream().allMatch(member -> member.voting() == Member.Voting.VOTER);
    }

    /** The healed cluster does without some, and takes them back: the same node leads all along. */
    private void missAMinority() {
        tidies = false;
        Absence absence = new Absence(world, cluster);
        if (!runUntil(() -> absence.isAtRest(ELECTION), TEN_ELECTIONS, "leadership does not come to rest")
                || !absence.begin(AWAY)) {
            return;
        }
        if (reaches(() -> absence.loss() != null, AWAY + BACK)) {
            world.violated("a returning minority unseats nobody", String.valueOf(absence.loss()));
        }
    }

    private void heal() {
        faults.stop();
        isCore = profile.rate(FaultKind.CORE) > 0 && cluster.keepCore(world.random("core"));
        if (isCore) {
            profile.happened(FaultKind.CORE);
        }
        world.trace(-1, isCore ? "a quorum is healed, and nothing else" : "everything is healed");
        cluster.heal();
        healedAt = world.now();
        application.finish();
        if (!isCore) {
            tidyUp();
        }
    }

    private void tidyUp() {
        world.planIn(1_000 * MILLI, SimEvent.Kind.CONTROL, 0, () -> {
            if (tidies) {
                operator.tidy();
                tidyUp();
            }
        });
    }

    private boolean isSettled() {
        return application.isFinished() && cluster.isConverged();
    }

    private boolean runUntil(BooleanSupplier reached, long within, String otherwise) {
        if (reaches(reached, within)) {
            return true;
        }
        if (world.violation() == null) {
            world.violated("liveness", otherwise + ":" + cluster.picture());
        }
        return false;
    }

    /** Runs on until something is so; false if the time is up before, or something is violated. */
    private boolean reaches(BooleanSupplier reached, long within) {
        long end = world.now() + within;
        int countdown = 0;
        while (world.step()) {
            if (--countdown <= 0) {
                countdown = 50;
                if (reached.getAsBoolean()) {
                    return true;
                }
                if (world.now() > end || world.events() > MOST_EVENTS) {
                    return false;
                }
            }
        }
        return false;
    }
}
