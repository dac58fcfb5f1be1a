package dev.huck.example.clone;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;

/** Nodes in processes of their own on this machine, and what one wants to know of them. */
public final class ClusterProcesses implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path folder;
    private final Places places;
    private final List<String> options;
    private final List<NodeProcess> nodes = new CopyOnWriteArrayList<>();
    private int made;
    private String jvmFlags;

    /**
     * No nodes yet.
     *
     * @param folder takes a folder for each
     * @param options for each
     */
    public ClusterProcesses(Path folder, String... options) {
        this(folder, () -> new Place("127.0.0.1", Ports.free(), List.of()), options);
    }

    /** The same, on other addresses than loopback's. */
    public ClusterProcesses(Path folder, Places places, String... options) {
        this.folder = folder;
        this.places = places;
        this.options = List.of(options);
    }

    /**
     * Where a node is to run.
     *
     * @param host the address on which it listens
     * @param port the port
     * @param through the program that starts it there; empty if none is needed
     */
    public record Place(String host, int port, List<String> through) {}

    /** Finds a place for one more node. */
    @FunctionalInterface
    public interface Places {
        Place next() throws Exception;
    }

    /** Starts nodes until there are that many, each joining through the first, and waits until all of them vote. */
    public ClusterProcesses grow(int size) throws Exception {
        while (nodes.size() < size) {
            add();
        }
        awaitVoters(size);
        return this;
    }

    /** Starts one more node, which joins through the first that is alive, and does not wait until it votes. */
    public NodeProcess add(String... more) throws Exception {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of(more));
        List<NodeProcess> alive = alive();
        if (!alive.isEmpty()) {
            all.addAll(List.of("-j", alive.get(0).address()));
        }
        return prepare(all).start();
    }

    /** One more node, not started yet, with all its options. */
    public NodeProcess prepare(List<String> all) throws Exception {
        Place place = places.next();
        NodeProcess node = new NodeProcess(folder.resolve("node" + ++made), place.host(), place.port(), all);
        nodes.add(node.through(place.through()).jvm(jvmFlags));
        return node;
    }

    /** From now on starts nodes with these flags for the JVM in place of the launcher's; null for the launcher's. */
    public void jvm(String flags) {
        jvmFlags = flags;
    }

    /** What every node is started with. */
    public List<String> options() {
        return options;
    }

    public List<NodeProcess> nodes() {
        return nodes;
    }

    public List<NodeProcess> alive() {
        return nodes.stream().filter(NodeProcess::isAlive).toList();
    }

    public List<NodeProcess> others(NodeProcess one) {
        return alive().stream().filter(node -> node != one).toList();
    }

    /** The node that leads, in its own opinion and in that of most others. */
    public NodeProcess awaitLeader() throws Exception {
        return awaitLeader(alive());
    }

    public NodeProcess awaitLeader(List<NodeProcess> among) throws Exception {
        return await("a leader", () -> {
            for (NodeProcess node : among) {
                if (node.stats().getOrDefault("state", "").equals("Leader")
                        && 2
                                        * among.stream()
                                                .filter(other -> follows(other, node))
                                                .count()
                                > among.size()) {
                    return node;
                }
            }
            return null;
        });
    }

    private static boolean follows(NodeProcess node, NodeProcess leader) {
        try {
            return leader.address().equals(node.ask("RAFTLEADER"));
        } catch (IOException e) {
            return false;
        }
    }

    /** Waits until that many vote, and nobody else belongs to the cluster. */
    public void awaitVoters(int count) throws Exception {
        await(count + " voters", () -> {
            for (NodeProcess node : alive()) {
                Map<String, String> raft = node.info("raft");
                if (raft.getOrDefault("raft_role", "").equals("leader")) {
                    boolean whole =
                            raft.getOrDefault("raft_num_voting_nodes", "").equals("" + count)
                                    && raft.getOrDefault("raft_num_nodes", "").equals("" + count);
                    return whole ? node : null;
                }
            }
            return null;
        });
    }

    /**
     * Waits until every live node has applied what the leader's log holds by now. What is committed would say too little:
     * who has just become leader learns that only when the entry that opens its term is committed.
     */
    public void awaitCaughtUp() throws Exception {
        NodeProcess leader = awaitLeader();
        long goal = Long.parseLong(leader.stats().getOrDefault("last_log_index", "0"));
        await("everybody at index " + goal, () -> {
            for (NodeProcess node : alive()) {
                if (Long.parseLong(node.stats().getOrDefault("applied_index", "-1")) < goal) {
                    return null;
                }
            }
            return leader;
        });
    }

    /** Waits until a node has got back what it may have forgotten. */
    static void awaitRecovered(NodeProcess node) throws Exception {
        await(
                "the node recovered",
                () -> node.info("raft").getOrDefault("raft_recovering", "").equals("no") ? node : null);
    }

    public static <T> T await(String what, Callable<T> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            T found = condition.call();
            if (found != null) {
                return found;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited in vain for " + what);
            }
            Thread.sleep(20);
        }
    }

    @Override
    public void close() {
        nodes.forEach(NodeProcess::close);
    }
}
