package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Node;
import dev.huck.raft.core.check.CoreView;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Member;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What an operator does to a healthy cluster: hands over, takes snapshots, restarts, adds and removes nodes. */
final class Operator {
    private static final long MILLI = 1_000_000L;

    private final SimWorld world;
    private final SimCluster cluster;
    private final SimRandom random;
    private final MemberWalk walk;
    /** By machine: when its node began to join, or to wait; 0 when it is a member, or was never told to. */
    private final long[] joining;
    /** By machine: whether its node waits to be called into the cluster. */
    private final boolean[] waits;
    /** By machine: until when its node, with empty disks, may take its old place by itself; 0 when that is not decided. */
    private final long[] returns;

    Operator(SimWorld world, SimCluster cluster) {
        this.world = world;
        this.cluster = cluster;
        this.random = world.random("operator");
        this.joining = new long[cluster.hosts().size()];
        this.waits = new boolean[cluster.hosts().size()];
        this.returns = new long[cluster.hosts().size()];
        this.walk = new MemberWalk(world, cluster, this);
    }

    boolean transfer() {
        return act(cluster.leader(), "is asked to hand over", Node::transferLeadership);
    }

    boolean transfer(SimHost heir) {
        return act(
                cluster.leader(),
                "is asked to hand over to n" + (heir.number() + 1),
                node -> node.transferLeadership(heir.address()));
    }

    boolean takeSnapshot(SimRandom random) {
        return act(any(random), "is asked for a snapshot", Node::snapshot);
    }

    boolean restart(SimRandom random) {
        return stop(random.nextBoolean() ? cluster.leader() : any(random), random);
    }

    private SimHost any(SimRandom random) {
        return cluster.hosts().get(random.nextInt(cluster.hosts().size()));
    }

    interface Request {
        CompletionStage<?> of(Node node);
    }

    /** @return whether there was a node to ask */
    boolean act(@Nullable SimHost host, String what, Request request) {
        SimProcess process = host == null ? null : host.process();
        NodeHandle handle = process == null || !process.isAlive() ? null : process.node();
        if (host == null || process == null || handle == null) {
            return false;
        }
        int number = host.number();
        world.trace(number, what);
        process.run("operator", () -> request.of(handle.node()).whenComplete((done, failure) -> {
            if (world.isTraced()) {
                world.trace(number, what + ": " + (failure == null ? "done" : SimCluster.message(failure)));
            }
        }));
        return true;
    }

    private boolean stop(@Nullable SimHost host, SimRandom random) {
        SimProcess process = host == null ? null : host.process();
        NodeHandle handle = process == null || !process.isAlive() ? null : process.node();
        if (host == null || process == null || handle == null || host.isReverted()) {
            return false;
        }
        world.trace(host.number(), "is asked to stop");
        process.stopping();
        process.run("operator", handle::stop);
        // Whether it managed by then or not.
        world.planIn(300 * MILLI + random.nextLong(3_000 * MILLI), SimEvent.Kind.FAULT, host.number(), () -> {
            if (process.isAlive()) {
                cluster.crash(host, false);
            }
            cluster.startIn(random.nextLong(500 * MILLI), host);
        });
        return true;
    }

    /** A member's machine gets an empty disk, if all other members have theirs; it is then removed, and let in anew. */
    boolean loseDisk(SimHost host) {
        if (!othersAreWhole(host)) {
            return false;
        }
        empty(host);
        return true;
    }

    private void empty(SimHost host) {
        cluster.crash(host, true);
        cluster.lose(host);
        returns[host.number()] = 0;
        lookAfter(host);
    }

    /** Until it is a member again. */
    private void lookAfter(SimHost host) {
        world.planIn(1_000 * MILLI, SimEvent.Kind.CONTROL, host.number(), () -> {
            boolean returning = world.now() < returns[host.number()] + 4_000 * MILLI;
            if ((host.isLost() || returning) && !host.isGone()) {
                tidy();
                lookAfter(host);
            }
        });
    }

    /** Whether every member but one has all of its disk, and they are enough to go on without it. */
    boolean othersAreWhole(SimHost host) {
        SimHost leader = cluster.leader();
        CoreView core = leader == null ? null : cluster.core(leader);
        if (core == null
                || core.configuration().isJoint()
                || core.commitIndex() < core.configuration().index()
                || core.configuration().members().size() < 3) {
            return false;
        }
        for (Member member : core.configuration().members()) {
            boolean isWhole = member.voting() == Member.Voting.VOTER && cluster.hasWholeStore(member.storeId());
            if (!isWhole && !member.address().equals(host.address())) {
                return false;
            }
        }
        return true;
    }

    /** Takes the next step of a walk through memberships: who is out comes in, or others change. */
    boolean changeMembers(SimRandom random) {
        // With a machine that is wrong, a majority that agrees must stay: nothing else tells which one it is.
        if (tidy()) {
            return true;
        }
        if (cluster.corruption().isSomewhere()) {
            return false;
        }
        // What nobody can know keeps no leader from a change after which all depends on it.
        if (cluster.hosts().stream().anyMatch(host -> host.isDamaged() || host.isToFail())) {
            return false;
        }
        return walk.step(random);
    }

    /** Who waits to be called into the cluster. */
    List<SimHost> waiting(Configuration configuration) {
        return cluster.hosts().stream()
                .filter(host -> waits[host.number()] && host.isUp() && isOutside(host, configuration))
                .toList();
    }

    /**
     * Does what an operator must do: has members removed whose disks are gone, and lets nodes in that are no members.
     *
     * @return whether there was something to do
     */
    boolean tidy() {
        SimHost leader = cluster.leader();
        CoreView core = leader == null ? null : cluster.core(leader);
        if (lookAfterWrong(leader, core)) {
            return true;
        }
        if (leader == null
                || core == null
                || core.commitIndex() < core.configuration().index()) {
            return false;
        }
        for (Member member : core.configuration().members()) {
            // Asked to join, and wiped before the request was heard.
            if (!cluster.hasStore(member.storeId())) {
                if (isComingBack(member, leader)) {
                    return true;
                }
                act(
                        leader,
                        "is asked to remove the late " + member.nodeId(),
                        node -> node.removeMember(member.nodeId()));
                return true;
            }
        }
        for (SimHost host : cluster.hosts()) {
            if (isOutside(host, core.configuration()) && !core.configuration().isJoint()) {
                return enter(host, leader);
            }
        }
        return false;
    }

    /**
     * Does what is to be done about a machine that is wrong: it is emptied when it can't be rebuilt; and when too few are
     * there to tell who is wrong, it is not to lead, as those who lag would get its state.
     */
    private boolean lookAfterWrong(@Nullable SimHost leader, @Nullable CoreView core) {
        SimHost wrong = cluster.corruption().givenUp();
        if (wrong != null && core != null && othersAreQuorum(wrong, core)) {
            world.trace(wrong.number(), "has a machine that is wrong for good");
            empty(wrong);
            return true;
        }
        if (leader != null && cluster.corruption().isSeenOn(leader)) {
            transfer();
        }
        return false;
    }

    private boolean othersAreQuorum(SimHost host, CoreView core) {
        Configuration current = core.configuration();
        return !current.isJoint()
                && core.commitIndex() >= current.index()
                && current.isQuorum(store -> cluster.hasWholeStore(store) && !host.equals(cluster.host(store)));
    }

    /** Whether the machine of a member whose disk is gone takes that one's place by itself; told to do so if it is time. */
    private boolean isComingBack(Member member, SimHost leader) {
        for (SimHost host : cluster.hosts()) {
            if (!host.nodeId().equals(member.nodeId())) {
                continue;
            }
            if (returns[host.number()] != 0 || !host.isLost()) {
                return world.now() < returns[host.number()];
            }
            boolean returning = cluster.isTroubled() && random.chance(0.5);
            returns[host.number()] = returning ? world.now() + 6_000 * MILLI : 1;
            if (returning) {
                cluster.crash(host, true);
                world.trace(host.number(), "is told to take its place again");
                host.learner(false);
                host.readmitted(true);
                host.join(leader.address());
                host.lost(false);
                cluster.startIn(random.nextLong(500 * MILLI), host);
            }
            return returning;
        }
        return false;
    }

    private boolean isOutside(SimHost host, Configuration configuration) {
        for (Member member : configuration.members()) {
            if (member.nodeId().equals(host.nodeId())) {
                joining[host.number()] = 0;
                return false;
            }
        }
        return true;
    }

    /** A machine with empty disks joins; if it takes too long, it tries through another member. */
    private boolean enter(SimHost host, SimHost through) {
        long since = joining[host.number()];
        if (since != 0 && world.now() - since < (waits[host.number()] ? 8_000 : 4_000) * MILLI) {
            return false;
        }
        waits[host.number()] = since == 0 && cluster.isTroubled() && random.chance(0.4);
        host.learner(cluster.isTroubled() && random.chance(0.25));
        joining[host.number()] = world.now();
        cluster.crash(host, true);
        if (since == 0) {
            world.trace(
                    host.number(),
                    "gets empty disks and is told to "
                            + (waits[host.number()] ? "wait" : host.isLearner() ? "join as a learner" : "join"));
            cluster.wipe(host);
        }
        host.readmitted(false);
        host.join(waits[host.number()] ? "10.255.0.1:7481" : through.address()); // There is nobody at that one.
        host.lost(false);
        cluster.startIn(random.nextLong(500 * MILLI), host);
        return true;
    }
}
