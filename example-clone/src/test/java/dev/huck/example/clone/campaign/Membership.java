package dev.huck.example.clone.campaign;

import dev.huck.example.clone.ClusterProcesses;
import dev.huck.example.clone.NodeProcess;
import dev.huck.example.clone.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Changes of the membership by the clone's own commands, asked again until they are done. */
final class Membership {
    /** Nobody listens there: a node that is to join through it waits to be called. */
    private static final String NOBODY = "127.0.0.1:1";

    private static final int TIMEOUT_MILLIS = 20_000;

    private final ClusterProcesses cluster;

    Membership(ClusterProcesses cluster) {
        this.cluster = cluster;
    }

    /** Starts a node that waits to be made a member. */
    NodeProcess newcomer() throws Exception {
        List<String> options = new ArrayList<>(cluster.options());
        options.addAll(List.of("-j", NOBODY, "--join-timeout", "60s"));
        return cluster.prepare(options).start();
    }

    void add(NodeProcess node) throws Exception {
        change(Map.of(node.address(), "voter"), Set.of(), "RAFT", "ADD", node.address());
    }

    void remove(NodeProcess node) throws Exception {
        change(Map.of(), Set.of(node.address()), "RAFT", "REMOVE", node.address());
        retire(node);
    }

    void replace(NodeProcess old, NodeProcess by) throws Exception {
        Map<String, String> present = Map.of(by.address(), "voter");
        change(present, Set.of(old.address()), "RAFT", "REPLACE", old.address(), by.address());
    }

    /** Ends a node that is no member any more. */
    void retire(NodeProcess node) {
        cluster.nodes().remove(node);
        node.close();
    }

    void demote(NodeProcess node) throws Exception {
        change(Map.of(node.address(), "learner"), Set.of(), "RAFT", "DEMOTE", node.address());
    }

    void promote(NodeProcess node) throws Exception {
        change(Map.of(node.address(), "voter"), Set.of(), "RAFT", "PROMOTE", node.address());
    }

    /** Asks until the configuration, settled, has some members as wanted and lacks others. */
    private void change(Map<String, String> present, Set<String> absent, Object... words) throws Exception {
        List<String> answers = new ArrayList<>();
        try {
            ClusterProcesses.await("the change of the membership", () -> {
                for (NodeProcess node : cluster.alive()) {
                    try (Wire wire = new Wire(node.host(), node.port(), TIMEOUT_MILLIS)) {
                        if (isLeader(wire) && isDone(wire, present, absent)) {
                            return node;
                        }
                        if (isLeader(wire)) {
                            answers.add("" + wire.call(words));
                        }
                    } catch (IOException e) {
                        answers.add(e.toString());
                    }
                }
                return null;
            });
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + ", answers: " + new TreeSet<>(answers), e);
        }
    }

    private static boolean isLeader(Wire wire) throws IOException {
        return "Leader".equals(wire.call("RAFTSTATE"));
    }

    private static boolean isDone(Wire wire, Map<String, String> present, Set<String> absent) throws IOException {
        if (!(wire.call("RAFT", "CONFIG") instanceof List<?> config)) {
            return false;
        }
        Map<String, String> members = new TreeMap<>();
        for (Object member : (List<?>) value(config, "members")) {
            members.put((String) value((List<?>) member, "address"), (String) value((List<?>) member, "voting"));
        }
        return "settled".equals(value(config, "state"))
                && "yes".equals(value(config, "committed"))
                && members.entrySet().containsAll(present.entrySet())
                && absent.stream().noneMatch(members::containsKey);
    }

    private static Object value(List<?> pairs, String name) {
        return pairs.get(pairs.indexOf(name) + 1);
    }
}
