package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.testkit.check.CoreView;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run: a cluster forms, works while things break, is healed, and must then agree and answer within a bound.
 */
public final class Simulation {
    private static final long MILLI = 1_000_000L;
    private static final long FORMATION = 60_000 * MILLI;
    /** Ten of the longest election timeouts, and time for the sending of snapshots. */
    private static final long CONVERGENCE = 15_000 * MILLI;
    /** Many times what the busiest run needs. */
    private static final long MOST_EVENTS = 2_000_000;

    private final SimWorld world;
    private final Profile profile;
    private final Invariants invariants;
    private final SimCluster cluster;
    private final Workload workload;
    private final Operator operator;
    private final Faults faults;
    private final List<SimClient> clients = new ArrayList<>();
    private final long chaosNanos;

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
        world = new SimWorld(spec.seed(), trace);
        profile = Profile.draw(world, spec.faults());
        chaosNanos = spec.millis() == 0 ? profile.chaosNanos : Math.min(profile.chaosNanos, spec.millis() * MILLI);
        invariants = new Invariants(world, profile.durability);
        cluster = new SimCluster(world, profile, factory, invariants);
        workload = new Workload(world, profile, invariants.applied());
        operator = new Operator(world, cluster);
        faults = new Faults(world, cluster, profile, spec, operator);
        for (int i = 0; i < profile.clients; i++) {
            clients.add(new SimClient(world, cluster.hosts(), workload, profile, i + 1));
        }
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

    /**
     * Runs it.
     *
     * @return what came out
     */
    public Outcome run() {
        world.trace(-1, profile.toString());
        form();
        if (runUntil(this::isFormed, FORMATION, "the cluster does not form")) {
            world.trace(-1, "the cluster has formed");
            faults.start();
            long end = world.now() + chaosNanos;
            while (world.now() < end && world.events() < MOST_EVENTS && world.step()) {}
            if (world.violation() == null
                    && profile.durability != Durability.HIGH
                    && profile.rate(FaultKind.RACK_CUT) > 0
                    && cluster.isWhole()) {
                // What was answered until now is judged now: some of it may be lost, and with it the order in the log.
                workload.judge();
                workload.close();
                cluster.cutRack();
            }
            heal();
            if (runUntil(this::isSettled, CONVERGENCE, "the healed cluster does not settle")) {
                workload.judge();
            }
        }
        return new Outcome(
                world.violation(),
                world.events(),
                world.hash(),
                world.now(),
                invariants.leaders(),
                workload.done(),
                cluster.losses());
    }

    private void form() {
        List<SimHost> hosts = cluster.hosts();
        for (int i = 0; i < profile.voters; i++) {
            if (i > 0) {
                hosts.get(i).join(hosts.get(0).address());
            }
            cluster.startIn(20L * i * MILLI, hosts.get(i));
        }
        clients.forEach(SimClient::start);
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

    private void heal() {
        world.trace(-1, "everything is healed");
        faults.stop();
        cluster.heal();
        clients.forEach(SimClient::finish);
        tidyUp();
    }

    private void tidyUp() {
        world.planIn(1_000 * MILLI, SimEvent.Kind.CONTROL, 0, () -> {
            operator.tidy();
            tidyUp();
        });
    }

    private boolean isSettled() {
        for (SimClient client : clients) {
            if (!client.isFinished()) {
                return false;
            }
        }
        return cluster.isConverged();
    }

    private boolean runUntil(BooleanSupplier reached, long within, String otherwise) {
        long end = world.now() + within;
        int countdown = 0;
        while (world.step()) {
            if (--countdown <= 0) {
                countdown = 50;
                if (reached.getAsBoolean()) {
                    return true;
                }
                if (world.now() > end || world.events() > MOST_EVENTS) {
                    world.violated("liveness", otherwise + ":" + cluster.picture());
                }
            }
        }
        return false;
    }
}
