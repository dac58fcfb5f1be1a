package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.check.CoreView;
import dev.huck.raft.core.consensus.Member;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A minority of the voters is away for a while and comes back: neither may cost a healthy leader its place, or its term
 * (dissertation §9.6: pre-votes; §4.2.3: who hears its leader helps nobody to replace it).
 */
final class Absence {
    /** How a node can be away. */
    private enum Kind {
        /** It gets no processor, and then wakes to timers that are long over. */
        PAUSED,
        /** No link works, but those between nodes that are away. */
        CUT,
        /** It hears nobody, and everybody hears it ask for votes. */
        DEAF
    }

    private final SimWorld world;
    private final SimCluster cluster;
    private final SimRandom random;
    private @Nullable SimHost leader;
    private long term;
    private long restsSince;

    Absence(SimWorld world, SimCluster cluster) {
        this.world = world;
        this.cluster = cluster;
        this.random = world.random("absence");
    }

    /** Whether one node has led for so long that nothing is left of earlier elections. */
    boolean isAtRest(long nanos) {
        SimHost now = cluster.leader();
        CoreView core = now == null ? null : cluster.core(now);
        if (now == null || core == null || now != leader || core.term() != term || !isFollowed(now, core)) {
            leader = now;
            term = core == null ? 0 : core.term();
            restsSince = world.now();
        }
        return world.now() - restsSince >= nanos;
    }

    /** Whether every member follows, and none is about to go. */
    private boolean isFollowed(SimHost leading, CoreView core) {
        if (core.configuration().isJoint()
                || core.commitIndex() < core.configuration().index()) {
            return false;
        }
        for (Member member : core.configuration().members()) {
            SimHost host = cluster.host(member.storeId());
            CoreView other = host == null ? null : cluster.core(host);
            SimProcess process = host == null ? null : host.process();
            if (process == null
                    || process.isStopping()
                    || process.isPaused()
                    || other == null
                    || other.term() != core.term()
                    || (host != leading && other.role() == Role.CANDIDATE)) {
                return false;
            }
        }
        return true;
    }

    /** Has a minority go away, and come back after a while; false if there is none without the leader. */
    boolean begin(long nanos) {
        List<SimHost> away = minority();
        if (away.isEmpty()) {
            return false;
        }
        Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
        for (SimHost host : away) {
            world.trace(host.number(), "is away for a while: " + kind);
            if (kind == Kind.PAUSED) {
                cluster.pause(host, nanos);
            }
        }
        if (kind != Kind.PAUSED) {
            cut(away, kind, true);
            world.planIn(nanos, SimEvent.Kind.CONTROL, 1, () -> cut(away, kind, false));
        }
        return true;
    }

    private List<SimHost> minority() {
        SimHost leading = leader;
        CoreView core = leading == null ? null : cluster.core(leading);
        List<SimHost> voters = new ArrayList<>();
        if (core == null) {
            return voters;
        }
        for (Member member : core.configuration().members()) {
            SimHost host = cluster.host(member.storeId());
            if (member.voting() == Member.Voting.VOTER && host != null && host != leading) {
                voters.add(host);
            }
        }
        int most = voters.size() / 2; // Of one voter more: what is left is a quorum.
        int wanted = most == 0 ? 0 : 1 + random.nextInt(most);
        while (voters.size() > wanted) {
            voters.remove(random.nextInt(voters.size()));
        }
        return voters;
    }

    private void cut(List<SimHost> away, Kind kind, boolean isCut) {
        for (SimHost host : away) {
            for (SimHost other : cluster.hosts()) {
                if (!away.contains(other)) {
                    cluster.network().cut(other.number(), host.number(), isCut);
                    if (kind == Kind.CUT) {
                        cluster.network().cut(host.number(), other.number(), isCut);
                    }
                }
            }
        }
    }

    /** What has become of the leader that was at rest; null if nothing has. */
    @Nullable
    String loss() {
        SimHost leading = leader;
        CoreView core = leading == null ? null : cluster.core(leading);
        if (core != null && core.role() == Role.LEADER && core.term() == term) {
            return null;
        }
        return "n" + (leading == null ? "?" : leading.number() + 1) + " led term " + term
                + " when a minority went away, and does not any more:" + cluster.picture();
    }
}
