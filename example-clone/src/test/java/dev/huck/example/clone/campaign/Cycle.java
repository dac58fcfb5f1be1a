package dev.huck.example.clone.campaign;

import dev.huck.example.clone.ClusterProcesses;
import dev.huck.example.clone.NodeProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Clients at work, a fault among them, and the wait until the cluster is whole again while they go on. */
final class Cycle {
    private static final int CLIENTS = 6;
    private static final int MOST_WAIT_MILLIS = 300;
    /** Longer than the longest election timeout. */
    private static final int HOLD_MILLIS = 1_500;

    private final int number;
    private final FaultKind kind;
    private final ClusterProcesses cluster;
    private final Network network;
    private final Random random;
    private final int size;
    private final History history = new History();
    private final List<String> violations = new ArrayList<>();
    private boolean whole;
    private long unavailable;
    private long longestGap;

    Cycle(int number, FaultKind kind, ClusterProcesses cluster, Network network, long seed) {
        this.number = number;
        this.kind = kind;
        this.cluster = cluster;
        this.network = network;
        this.random = new Random(seed);
        this.size = cluster.nodes().size();
    }

    void run() throws Exception {
        List<Client> clients = new ArrayList<>();
        Keys keys = new Keys("c" + number + ":");
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new Client(i, keys, cluster::nodes, history, random.nextLong()));
        }
        try {
            disturb();
            whole = true;
        } catch (AssertionError | ExecutionException e) {
            violations.add("the cluster is not whole any more: " + e);
        } finally {
            clients.forEach(Client::stop);
            for (Client client : clients) {
                client.join();
            }
        }
        for (Client client : clients) {
            if (client.failure() != null) {
                violations.add("a client failed: " + client.failure());
            }
        }
        for (NodeProcess node : cluster.nodes()) {
            if (!node.isAlive()) {
                whole = false;
                violations.add(node.address() + " ended by itself:\n" + node.complained());
            }
        }
    }

    private void disturb() throws Exception {
        awaitWrite(System.nanoTime());
        TimeUnit.MILLISECONDS.sleep(random.nextInt(MOST_WAIT_MILLIS)); // the fault's timing is the campaign's chance
        Faults.Inflicted fault = new Faults(cluster, network, random, HOLD_MILLIS).inflict(kind);
        TimeUnit.MILLISECONDS.sleep(fault.holdMillis());
        // While a majority is there it has to take writes before anything is healed.
        if (kind == FaultKind.KILL_ALL) {
            fault.healing().heal();
            unavailable = awaitWrite(fault.complete()) - fault.begun();
        } else {
            unavailable = awaitWrite(fault.complete()) - fault.begun();
            fault.healing().heal();
        }
        cluster.awaitVoters(size);
        cluster.awaitCaughtUp();
        awaitWrite(System.nanoTime());
        longestGap = history.longestGapSince(fault.begun());
    }

    private long awaitWrite(long since) throws Exception {
        return ClusterProcesses.await("an acknowledged write", () -> {
            long returned = history.firstWriteSince(since);
            return returned == Long.MAX_VALUE ? null : returned;
        });
    }

    History history() {
        return history;
    }

    List<String> violations() {
        return violations;
    }

    boolean isWhole() {
        return whole;
    }

    /** From the begin of the fault until a write that was sent behind it was acknowledged. */
    long unavailableMillis() {
        return TimeUnit.NANOSECONDS.toMillis(unavailable);
    }

    long longestGapMillis() {
        return TimeUnit.NANOSECONDS.toMillis(longestGap);
    }
}
