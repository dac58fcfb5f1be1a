package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.MembershipChange;
import dev.huck.raft.core.check.CoreView;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Member.Voting;
import java.util.ArrayList;
import java.util.List;

/**
 * An operator's walk through memberships: nodes are removed, replaced by others, demoted, promoted, several at once, for
 * one configuration or for any, and move to other addresses.
 */
final class MemberWalk {
    private final SimWorld world;
    private final SimCluster cluster;
    private final Operator operator;

    MemberWalk(SimWorld world, SimCluster cluster, Operator operator) {
        this.world = world;
        this.cluster = cluster;
        this.operator = operator;
    }

    /** Takes one step. */
    /** @return whether anything was asked */
    boolean step(SimRandom random) {
        SimHost leader = cluster.leader();
        CoreView core = leader == null ? null : cluster.core(leader);
        if (leader == null || core == null) {
            return false;
        }
        if (random.nextInt(6) == 0) {
            SimHost host = cluster.hosts().get(random.nextInt(cluster.hosts().size()));
            if (host.isUp() && cluster.hosts().stream().allMatch(SimHost::isUp) && isFoundByAll(core)) {
                cluster.move(host, random);
                return true;
            }
            return false;
        }
        return change(leader, core, random);
    }

    /** Whether it is written down where everybody is: two that move at once never find each other again. */
    private boolean isFoundByAll(CoreView leader) {
        Configuration current = leader.configuration();
        return current.index() <= leader.commitIndex()
                && current.members().stream().allMatch(member -> {
                    SimHost host = cluster.host(member.storeId());
                    return host != null && host.address().equals(member.address());
                });
    }

    private boolean change(SimHost leader, CoreView core, SimRandom random) {
        Configuration current = core.configuration();
        List<Member> voters = new ArrayList<>();
        List<Member> others = new ArrayList<>();
        for (Member member : current.members()) {
            (member.voting() == Voting.VOTER ? voters : others).add(member);
        }
        List<SimHost> waiting = new ArrayList<>(operator.waiting(current));
        MembershipChange.Builder change = MembershipChange.builder();
        StringBuilder text = new StringBuilder("is asked to");
        int left = voters.size();
        int least = random.chance(0.2) ? 1 : 3;
        for (int step = 1 + random.nextInt(3); step > 0; step--) {
            int kind = random.nextInt(5);
            if (!waiting.isEmpty() && kind < 3) {
                SimHost comes = waiting.remove(random.nextInt(waiting.size()));
                change.addVoter(comes.address());
                text.append(" add n").append(comes.number() + 1);
                left++;
            } else if (kind == 3 && !others.isEmpty()) {
                Member learner = others.remove(random.nextInt(others.size()));
                if (random.chance(0.7)) {
                    change.promote(learner.nodeId());
                    text.append(" promote ").append(learner.nodeId());
                } else {
                    change.remove(learner.nodeId());
                    text.append(" remove learner ").append(learner.nodeId());
                }
            } else if (left > least && !voters.isEmpty()) {
                Member voter = voters.remove(random.nextInt(voters.size()));
                if (random.nextBoolean()) {
                    change.demote(voter.nodeId());
                    text.append(" demote ").append(voter.nodeId());
                } else {
                    change.remove(voter.nodeId());
                    text.append(" remove ").append(voter.nodeId());
                }
                left--;
            } else {
                continue;
            }
            text.append(',');
        }
        return ask(leader, core, change, text, random);
    }

    /** Asks, sometimes for one configuration; if that is gone for good, it must be refused. */
    private boolean ask(
            SimHost leader, CoreView core, MembershipChange.Builder change, StringBuilder text, SimRandom random) {
        long committed = core.configuration().index() <= core.commitIndex()
                ? core.configuration().index()
                : 0;
        boolean stale = committed > 1 && random.chance(0.15);
        if (stale) {
            long basis = 1 + random.nextLong(committed - 1);
            change.basedOn(basis);
            text.append(" if ").append(basis);
        } else if (committed > 0 && random.nextBoolean()) {
            change.basedOn(committed);
            text.append(" if ").append(committed);
        }
        MembershipChange built;
        try {
            built = change.build();
        } catch (IllegalStateException nothing) {
            return false;
        }
        SimProcess process = leader.process();
        if (process == null) {
            return false;
        }
        return operator.act(leader, text.toString(), node -> {
            cluster.budget().changes(process);
            return node.changeMembers(built).whenComplete((done, failure) -> {
                cluster.budget().hasChanged(process);
                if (stale && failure == null) {
                    world.violated(
                            "compare and set",
                            "n" + (leader.number() + 1) + " " + text + " and did, although " + committed
                                    + " was in force");
                }
            });
        });
    }
}
