package dev.huck.example.clone.campaign;

import dev.huck.example.clone.ClusterProcesses;
import dev.huck.example.clone.NodeProcess;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Does to a cluster what a campaign wants, and undoes it. Before a fault the cluster is whole. */
final class Faults {
    private final ClusterProcesses cluster;
    private final Network network;
    private final Membership membership;
    private final Random random;
    /** How long what must outlast an election lasts at least. */
    private final int electionMillis;

    Faults(ClusterProcesses cluster, Network network, Random random, int electionMillis) {
        this.cluster = cluster;
        this.network = network;
        this.membership = new Membership(cluster);
        this.random = random;
        this.electionMillis = electionMillis;
    }

    /** Undoes a fault. */
    @FunctionalInterface
    interface Healing {
        void heal() throws Exception;
    }

    /**
     * A fault that has happened.
     *
     * @param begun when it began; nanoseconds
     * @param complete since when it was there in full: whoever is dead answers nothing that is asked from here on
     * @param holdMillis how long it is to last
     * @param healing what ends it
     */
    record Inflicted(long begun, long complete, int holdMillis, Healing healing) {}

    Inflicted inflict(FaultKind kind) throws Exception {
        NodeProcess leader = cluster.awaitLeader();
        List<NodeProcess> others = new ArrayList<>(cluster.others(leader));
        Collections.shuffle(others, random);
        int minority = (cluster.nodes().size() - 1) / 2;
        return switch (kind) {
            case KILL_LEADER -> kill(List.of(leader));
            case KILL_FOLLOWER -> kill(others.subList(0, 1));
            case KILL_MINORITY -> kill(with(leader, others.subList(0, minority - 1)));
            case KILL_ALL -> kill(shuffled(with(leader, others)));
            case PAUSE_LEADER -> pause(List.of(leader));
            case PAUSE_FOLLOWERS -> pause(others.subList(0, minority));
            case ISOLATE_LEADER -> halves(List.of(leader), others);
            case KILL_ISOLATED_LEADER -> killIsolated(leader, others);
            case HALVES -> {
                List<NodeProcess> all = with(leader, others);
                if (random.nextBoolean()) {
                    Collections.rotate(all, 1 + random.nextInt(all.size() - 1));
                }
                yield halves(all.subList(0, minority), all.subList(minority, all.size()));
            }
            case BRIDGE -> {
                List<NodeProcess> all = shuffled(with(leader, others));
                yield halves(all.subList(0, minority), all.subList(minority + 1, all.size()));
            }
            case ADD -> add(shuffled(with(leader, others)).get(0));
            case REPLACE -> replace(shuffled(with(leader, others)).get(0));
            case DEMOTE -> demote(shuffled(with(leader, others)).get(0));
            case KILL_DURING_REPLACE ->
                killDuringReplace(leader, shuffled(with(leader, others)).get(0));
        };
    }

    private static List<NodeProcess> with(NodeProcess one, List<NodeProcess> others) {
        List<NodeProcess> all = new ArrayList<>(List.of(one));
        all.addAll(others);
        return all;
    }

    private List<NodeProcess> shuffled(List<NodeProcess> nodes) {
        Collections.shuffle(nodes, random);
        return nodes;
    }

    private Inflicted kill(List<NodeProcess> victims) throws Exception {
        List<NodeProcess> dead = List.copyOf(victims);
        for (NodeProcess node : dead) {
            node.note("killed");
        }
        long begun = System.nanoTime();
        for (NodeProcess node : dead) {
            node.signal("KILL");
        }
        for (NodeProcess node : dead) {
            node.awaitExit();
        }
        return new Inflicted(begun, System.nanoTime(), 0, () -> restart(dead));
    }

    private static void restart(List<NodeProcess> dead) throws Exception {
        for (NodeProcess node : dead) {
            node.launch();
        }
        for (NodeProcess node : dead) {
            node.awaitListening();
        }
    }

    private Inflicted pause(List<NodeProcess> victims) throws Exception {
        List<NodeProcess> still = List.copyOf(victims);
        long begun = System.nanoTime();
        for (NodeProcess node : still) {
            node.pause();
        }
        return new Inflicted(begun, System.nanoTime(), hold(), () -> {
            for (NodeProcess node : still) {
                node.resume();
            }
        });
    }

    private int hold() {
        return electionMillis + random.nextInt(electionMillis);
    }

    private Inflicted halves(List<NodeProcess> one, List<NodeProcess> other) throws Exception {
        long begun = System.nanoTime();
        network.cut(Set.copyOf(one), Set.copyOf(other));
        return new Inflicted(begun, System.nanoTime(), hold(), network::heal);
    }

    private Inflicted killIsolated(NodeProcess leader, List<NodeProcess> others) throws Exception {
        Inflicted isolated = halves(List.of(leader), others);
        TimeUnit.MILLISECONDS.sleep(random.nextInt(electionMillis)); // it may or may not know by then that it is alone
        Inflicted killed = kill(List.of(leader));
        return new Inflicted(isolated.begun(), killed.complete(), 0, () -> {
            isolated.healing().heal();
            killed.healing().heal();
        });
    }

    private Inflicted add(NodeProcess leaving) throws Exception {
        long begun = System.nanoTime();
        membership.add(membership.newcomer());
        membership.remove(leaving);
        return new Inflicted(begun, begun, 0, () -> {});
    }

    private Inflicted replace(NodeProcess leaving) throws Exception {
        NodeProcess newcomer = membership.newcomer();
        long begun = System.nanoTime();
        membership.replace(leaving, newcomer);
        membership.retire(leaving);
        return new Inflicted(begun, begun, 0, () -> {});
    }

    private Inflicted demote(NodeProcess node) throws Exception {
        long begun = System.nanoTime();
        membership.demote(node);
        return new Inflicted(begun, begun, random.nextInt(300), () -> membership.promote(node));
    }

    private Inflicted killDuringReplace(NodeProcess leader, NodeProcess leaving) throws Exception {
        NodeProcess newcomer = membership.newcomer();
        CompletableFuture<Void> change = CompletableFuture.runAsync(() -> {
            try {
                membership.replace(leaving, newcomer);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        // The moment is the campaign's chance: before, within or behind the change.
        TimeUnit.MILLISECONDS.sleep(random.nextInt(200));
        Inflicted killed = kill(List.of(leader));
        return new Inflicted(killed.begun(), killed.complete(), 0, () -> {
            killed.healing().heal();
            change.get();
            membership.retire(leaving);
        });
    }
}
