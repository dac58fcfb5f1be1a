package dev.huck.raft.core.node;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.MemberInfo;
import dev.huck.raft.api.NodeStatus;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.Role;
import dev.huck.raft.core.env.Environment;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The text of {@code INFO}: the lines that clients and dashboards look for in Redis, RedisRaft's, and the machine's. */
final class Info {
    private static final Logger LOG = LoggerFactory.getLogger(Info.class);
    /** The version of Redis whose ways we keep; clients choose features by it. */
    private static final String REDIS_VERSION = "7.2.0";

    private static final Set<String> EVERYTHING = Set.of("all", "everything", "default");

    private final Environment env;
    private final Options options;
    private final Loop loop;
    private final ClientCounters counters;
    private final long started;

    Info(Environment env, Options options, Loop loop, ClientCounters counters) {
        this.env = env;
        this.options = options;
        this.loop = loop;
        this.counters = counters;
        this.started = env.nanoTime();
    }

    /** Machine stage. */
    String text(Command command, MachineRunner machines) {
        Set<String> wanted = new HashSet<>();
        for (int i = 0; i < command.count(); i++) {
            wanted.add(command.string(i).toLowerCase(Locale.ROOT));
        }
        boolean all = wanted.isEmpty() || wanted.stream().anyMatch(EVERYTHING::contains);
        StringBuilder text = new StringBuilder();
        sections(machines).forEach((title, lines) -> {
            if (all || wanted.contains(title.toLowerCase(Locale.ROOT))) {
                text.append(text.isEmpty() ? "# " : "\r\n# ").append(title).append("\r\n");
                lines.forEach((name, value) ->
                        text.append(name).append(':').append(value).append("\r\n"));
            }
        });
        return text.toString();
    }

    private Map<String, Map<String, String>> sections(MachineRunner machines) {
        NodeStatus status = loop.status();
        Map<String, Map<String, String>> sections = new LinkedHashMap<>();
        sections.put("Server", lines(line -> server(status, line)));
        sections.put("Clients", lines(this::clients));
        sections.put("Memory", lines(this::memory));
        // A client that waits for a server to have loaded its data waits for the machine to be rebuilt.
        sections.put("Persistence", lines(line -> line.accept("loading", machines.suspect() == null ? 0 : 1)));
        sections.put("Stats", lines(this::stats));
        sections.put("Replication", lines(line -> replication(status, line)));
        sections.put("CPU", lines(Info::cpu));
        sections.put("Cluster", lines(line -> line.accept("cluster_enabled", 0)));
        sections.put("Raft", lines(line -> {
            raft(status, line);
            machines.sessionFigures(line);
        }));
        sections.put("Keyspace", new LinkedHashMap<>());
        try {
            machines.machine().info().forEach((title, lines) -> sections.computeIfAbsent(
                            title, none -> new LinkedHashMap<>())
                    .putAll(lines));
        } catch (Throwable e) {
            LOG.error("the machine's part of INFO failed", e);
        }
        return sections;
    }

    private static Map<String, String> lines(java.util.function.Consumer<BiConsumer<String, Object>> section) {
        Map<String, String> lines = new LinkedHashMap<>();
        section.accept((name, value) -> lines.put(name, value.toString()));
        return lines;
    }

    private void server(NodeStatus status, BiConsumer<String, Object> line) {
        long uptime = (env.nanoTime() - started) / 1_000_000_000L;
        line.accept("redis_version", REDIS_VERSION);
        line.accept("redis_mode", "standalone");
        line.accept(
                "os",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"));
        line.accept("arch_bits", System.getProperty("os.arch", "").contains("64") ? 64 : 32);
        line.accept("java_version", Runtime.version());
        line.accept("process_id", ProcessHandle.current().pid());
        line.accept("run_id", String.format(Locale.ROOT, "%016x%024x", status.storeId(), started));
        line.accept("tcp_port", port(ownAddress(status)));
        line.accept("uptime_in_seconds", uptime);
        line.accept("uptime_in_days", Duration.ofSeconds(uptime).toDays());
    }

    private String ownAddress(NodeStatus status) {
        for (MemberInfo member : status.members()) {
            if (member.storeId() == status.storeId()) {
                return member.address();
            }
        }
        return options.advertise().orElse(options.address());
    }

    private static String port(String address) {
        return address.substring(address.lastIndexOf(':') + 1);
    }

    private static String host(String address) {
        return address.substring(0, Math.max(0, address.lastIndexOf(':')));
    }

    private void clients(BiConsumer<String, Object> line) {
        line.accept("connected_clients", counters.connected.get());
        line.accept("maxclients", options.maxConnections());
        line.accept("blocked_clients", 0);
    }

    private void memory(BiConsumer<String, Object> line) {
        Runtime runtime = Runtime.getRuntime();
        long used = runtime.totalMemory() - runtime.freeMemory();
        line.accept("used_memory", used);
        line.accept("used_memory_human", human(used));
        line.accept("total_heap", runtime.totalMemory());
        line.accept("maxmemory", runtime.maxMemory());
        line.accept("maxmemory_human", human(runtime.maxMemory()));
        line.accept("maxmemory_policy", "noeviction");
        line.accept("commands_under_way_bytes", loop.budget().held());
        line.accept("commands_under_way_limit", loop.budget().limit());
    }

    private static String human(long bytes) {
        return String.format(Locale.ROOT, "%.2fM", bytes / 1048576.0);
    }

    private void stats(BiConsumer<String, Object> line) {
        line.accept("total_connections_received", counters.connections.sum());
        line.accept("total_commands_processed", counters.commands.sum());
        line.accept("instantaneous_ops_per_sec", counters.perSecond(env.nanoTime()));
    }

    private void replication(NodeStatus status, BiConsumer<String, Object> line) {
        boolean leads = status.role() == Role.LEADER;
        line.accept("role", leads ? "master" : "slave");
        if (!leads) {
            String leader = status.leader().orElse("");
            line.accept("master_host", host(leader));
            line.accept("master_port", leader.isEmpty() ? "0" : port(leader));
            line.accept("master_link_status", leader.isEmpty() ? "down" : "up");
            line.accept("slave_read_only", 1);
        }
        line.accept("connected_slaves", leads ? connected(status) : 0);
        if (leads) {
            int number = 0;
            for (MemberInfo member : status.members()) {
                if (member.storeId() != status.storeId()) {
                    line.accept(
                            "slave" + number++,
                            "ip=" + host(member.address()) + ",port=" + port(member.address()) + ",state="
                                    + (loop.isSilent(member.storeId()) ? "offline" : "online"));
                }
            }
        }
        line.accept("master_repl_offset", status.commitIndex());
    }

    private long connected(NodeStatus status) {
        return status.members().stream()
                .filter(member -> member.storeId() != status.storeId() && !loop.isSilent(member.storeId()))
                .count();
    }

    private static void cpu(BiConsumer<String, Object> line) {
        ProcessHandle.current().info().totalCpuDuration().ifPresent(cpu -> {
            line.accept("used_cpu_sys", "0.000000");
            line.accept("used_cpu_user", String.format(Locale.ROOT, "%.6f", cpu.toNanos() / 1e9));
        });
    }

    private void raft(NodeStatus status, BiConsumer<String, Object> line) {
        line.accept("raft_node_id", status.id());
        line.accept("raft_cluster_id", Long.toHexString(status.clusterId()));
        line.accept("raft_state", status.clusterId() == 0 ? "uninitialized" : "up");
        line.accept("raft_role", status.role().name().toLowerCase(Locale.ROOT));
        boolean voting = status.members().stream().anyMatch(m -> m.storeId() == status.storeId() && m.voter());
        line.accept("raft_is_voting", voting ? "yes" : "no");
        line.accept("raft_recovering", loop.stats().getOrDefault("recovering", "no"));
        String leaderId = status.members().stream()
                .filter(m -> m.address().equals(status.leader().orElse("")))
                .map(MemberInfo::id)
                .findFirst()
                .orElse("");
        line.accept("raft_leader_id", leaderId);
        line.accept("raft_current_term", status.term());
        line.accept("raft_num_nodes", status.members().size());
        line.accept(
                "raft_num_voting_nodes",
                status.members().stream().filter(MemberInfo::voter).count());
        int number = 1;
        for (MemberInfo member : status.members()) {
            line.accept(
                    "raft_node" + number++,
                    "id=" + member.id() + ",voting=" + (member.voter() ? "yes" : "no") + ",addr="
                            + host(member.address()) + ",port=" + port(member.address()));
        }
        line.accept("raft_current_index", status.lastIndex());
        line.accept("raft_commit_index", status.commitIndex());
        line.accept("raft_last_applied_index", status.appliedIndex());
        line.accept("raft_snapshot_last_idx", status.snapshotIndex());
        line.accept("raft_log_entries", status.lastIndex() - status.snapshotIndex());
        loop.metrics().forEach((name, value) -> line.accept("raft_" + name, value));
    }
}
