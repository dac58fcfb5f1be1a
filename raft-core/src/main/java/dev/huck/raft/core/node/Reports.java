package dev.huck.raft.core.node;

import dev.huck.raft.api.ConfigurationInfo;
import dev.huck.raft.api.MemberInfo;
import dev.huck.raft.api.NodeStatus;
import dev.huck.raft.api.Role;
import dev.huck.raft.api.VersionRange;
import dev.huck.raft.api.Voting;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Limits;
import dev.huck.raft.core.consensus.Loss;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Member.Versions;
import dev.huck.raft.core.storage.NodeRecord;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What a node says of itself, made from one {@link View}. */
final class Reports {
    private Reports() {}

    static NodeStatus status(View view, NodeRecord record, Peers peers, long applied, boolean stopped) {
        return new NodeStatus(
                record.nodeId(),
                record.storeId(),
                peers.clusterId(),
                stopped ? Role.SHUTDOWN : view.role(),
                view.term(),
                Optional.ofNullable(view.leader() == 0 ? null : peers.addressOf(view.leader())),
                view.last().index(),
                view.commitIndex(),
                applied,
                view.snapshot().index(),
                members(view.configuration(), view, record.storeId(), applied),
                configuration(view));
    }

    static List<MemberInfo> members(Configuration configuration, View view, long self, long applied) {
        return configuration.members().stream()
                .map(member -> member(member, self, view, applied))
                .toList();
    }

    private static MemberInfo member(Member member, long self, View view, long ownApplied) {
        Versions versions = member.versions();
        OptionalLong applied = member.storeId() == self
                ? OptionalLong.of(ownApplied)
                : view.applied().stream()
                        .filter(of -> of.member() == member.storeId())
                        .mapToLong(View.Applied::index)
                        .findFirst();
        return new MemberInfo(
                member.nodeId(),
                member.storeId(),
                member.address(),
                switch (member.voting()) {
                    case LEARNER -> Voting.LEARNER;
                    case NEWCOMER, AWAITED -> Voting.JOINING;
                    case VOTER -> Voting.VOTER;
                    case LEAVING -> Voting.LEAVING;
                    case RETREATING -> Voting.RETREATING;
                    case INCOMING -> Voting.INCOMING;
                    case OUTGOING -> Voting.OUTGOING;
                    case DEMOTED -> Voting.DEMOTED;
                },
                new VersionRange(versions.protocolMin(), versions.protocolMax()),
                new VersionRange(versions.machineMin(), versions.machineMax()),
                applied);
    }

    private static ConfigurationInfo configuration(View view) {
        Configuration configuration = view.configuration();
        return new ConfigurationInfo(
                configuration.index(),
                configuration.index() <= view.commitIndex(),
                configuration.isJoint(),
                configuration.isPlanned(),
                configuration.protocol(),
                configuration.machine());
    }

    /** Finn's names, which are hashicorp's. */
    static Map<String, String> stats(View view, long applied, long contactNanos) {
        Map<String, String> stats = new TreeMap<>();
        stats.put("applied_index", Long.toString(applied));
        stats.put("commit_index", Long.toString(view.commitIndex()));
        stats.put("fsm_pending", Long.toString(Math.max(0, view.commitIndex() - applied)));
        stats.put("last_contact", contact(view, contactNanos));
        stats.put("last_log_index", Long.toString(view.last().index()));
        stats.put("last_log_term", Long.toString(view.last().term()));
        stats.put("last_snapshot_index", Long.toString(view.snapshot().index()));
        stats.put("last_snapshot_term", Long.toString(view.snapshot().term()));
        int members = view.configuration().members().size();
        stats.put("num_peers", Integer.toString(Math.max(0, members - 1)));
        stats.put("recovering", name(view.loss()));
        stats.put("state", RaftCommands.nameOf(view.role()));
        stats.put("term", Long.toString(view.term()));
        return stats;
    }

    /** A leader is in touch with itself. */
    private static String contact(View view, long nanos) {
        if (view.role() == Role.LEADER) {
            return "0";
        }
        return nanos < 0 ? "never" : TimeUnit.NANOSECONDS.toMillis(nanos) + "ms";
    }

    /** All that is counted, and how full is what has a bound. */
    static Map<String, Long> metrics(
            Metrics metrics, View view, long applied, Limits limits, Budget budget, Arrivals arrivals) {
        Map<String, Long> all = metrics.all();
        all.put("term", view.term());
        all.put("last_index", view.last().index());
        all.put("commit_index", view.commitIndex());
        all.put("applied_index", applied);
        all.put("snapshot_index", view.snapshot().index());
        all.put("apply_bytes", view.applyBytes());
        all.put("apply_bytes_limit", limits.applyBytes());
        all.put("commands_under_way_bytes", budget.held());
        all.put("commands_under_way_limit", budget.limit());
        all.put("peer_bytes_waiting", arrivals.bytes());
        all.put("peer_bytes_waiting_limit", arrivals.limit());
        return all;
    }

    static String name(Loss loss) {
        return switch (loss) {
            case NONE -> "no";
            case POWER -> "power";
            case CORRUPTION -> "corruption";
        };
    }
}
