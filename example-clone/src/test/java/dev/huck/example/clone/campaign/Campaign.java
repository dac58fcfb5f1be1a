package dev.huck.example.clone.campaign;

import dev.huck.example.clone.ClusterProcesses;
import dev.huck.example.clone.NodeProcess;
import dev.huck.example.clone.Wire;
import dev.huck.example.clone.campaign.Call.Kind;
import dev.huck.example.clone.campaign.Call.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A cluster of real processes that clients write to and read from while one fault after the other happens to it. */
final class Campaign implements AutoCloseable {
    private static final int CLIENTS = 6;
    private static final int MOST_WAIT_MILLIS = 300;
    private static final int HOLD_MILLIS = 1_500;
    private static final int BATCH = 200;
    private static final int TIMEOUT_MILLIS = 20_000;

    private final long seed;
    private final List<FaultKind> faults;
    private final Path folder;
    private final Network network;
    private final ClusterProcesses cluster;
    private final int size;
    /** What every key of the cycles that are over was in its cycle's end. */
    private final Map<String, String> settled = new TreeMap<>();

    Campaign(long seed, Set<FaultKind> faults, int size, Path folder, Network network, String jvm) {
        this.seed = seed;
        this.faults = List.copyOf(faults);
        this.folder = folder;
        this.network = network;
        this.size = size;
        this.cluster = new ClusterProcesses(
                folder.resolve("nodes"),
                network,
                "--consistency",
                "high",
                "--durability",
                "high",
                "--backend",
                "lmdb",
                "--follower-reads",
                "--check-invariants");
        cluster.jvm(jvm);
    }

    Campaign start() throws Exception {
        cluster.grow(size);
        return this;
    }

    /** What happens in a cycle: every fault once before any happens again. */
    FaultKind fault(int cycle) {
        int round = (cycle - 1) / faults.size();
        List<FaultKind> order = new ArrayList<>(faults);
        Collections.shuffle(order, new Random(seed + round));
        return order.get((cycle - 1) % faults.size());
    }

    CycleResult run(int cycle) throws Exception {
        long begin = System.nanoTime();
        long cycleSeed = new Random(seed ^ cycle * 0x9E3779B97F4A7C15L).nextLong();
        Random random = new Random(cycleSeed);
        FaultKind fault = fault(cycle);
        History history = new History();
        List<String> violations = new ArrayList<>();
        List<Client> clients = new ArrayList<>();
        Keys keys = new Keys("c" + cycle + ":");
        Faults.Inflicted done;
        long back;
        try {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(new Client(i, keys, cluster::nodes, history, random.nextLong()));
            }
            awaitWrite(history, System.nanoTime());
            TimeUnit.MILLISECONDS.sleep(
                    random.nextInt(MOST_WAIT_MILLIS)); // the fault's timing is the campaign's chance
            done = new Faults(cluster, network, random, HOLD_MILLIS).inflict(fault);
            TimeUnit.MILLISECONDS.sleep(done.holdMillis());
            if (fault == FaultKind.KILL_ALL) {
                done.healing().heal();
            }
            back = awaitWrite(history, done.complete());
            if (fault != FaultKind.KILL_ALL) {
                done.healing().heal();
            }
            cluster.awaitVoters(size);
            cluster.awaitCaughtUp();
            awaitWrite(history, System.nanoTime());
        } finally {
            clients.forEach(Client::stop);
            for (Client client : clients) {
                client.join();
                if (client.failure() != null) {
                    violations.add("a client failed: " + client.failure());
                }
            }
        }
        for (NodeProcess node : cluster.nodes()) {
            if (!node.isAlive()) {
                violations.add(node.address() + " ended by itself: " + node.complained());
            }
        }
        readEverything(history);
        HistoryCheck.Findings findings = HistoryCheck.check(history.calls());
        violations.addAll(findings.violations());
        if (!violations.isEmpty()) {
            Path kept = folder.resolve("histories").resolve("cycle-" + cycle + ".tsv");
            history.write(kept);
            violations.forEach(violation -> System.out.println("  " + violation));
            System.out.println("  history: " + kept);
        }
        List<Call> calls = history.calls();
        return new CycleResult(
                cycle,
                cycleSeed,
                fault,
                calls.size(),
                calls.stream().filter(Call::isAcknowledgedWrite).count(),
                calls.stream().filter(call -> call.outcome() == Outcome.UNKNOWN).count(),
                findings.lost(),
                findings.stale(),
                violations.size(),
                TimeUnit.NANOSECONDS.toMillis(back - done.begun()),
                TimeUnit.NANOSECONDS.toMillis(history.longestGapSince(done.begun())),
                (System.nanoTime() - begin) / 1e9);
    }

    private static long awaitWrite(History history, long since) throws Exception {
        return ClusterProcesses.await("an acknowledged write", () -> {
            long returned = history.firstWriteSince(since);
            return returned == Long.MAX_VALUE ? null : returned;
        });
    }

    /** Reads every key of the history, for its end, and notes what later cycles must leave as it is. */
    private void readEverything(History history) throws Exception {
        List<String> keys =
                history.calls().stream().map(Call::key).distinct().sorted().toList();
        NodeProcess leader = cluster.awaitLeader();
        for (Call read : readAll(leader, keys)) {
            history.add(read);
            settled.put(read.key(), read.output());
        }
    }

    private static List<Call> readAll(NodeProcess node, List<String> keys) throws IOException {
        List<Call> reads = new ArrayList<>();
        try (Wire wire = new Wire(node.host(), node.port(), TIMEOUT_MILLIS)) {
            for (int from = 0; from < keys.size(); from += BATCH) {
                List<String> batch = keys.subList(from, Math.min(keys.size(), from + BATCH));
                long called = System.nanoTime();
                List<Object> replies = wire.pipeline(
                        batch.stream().map(key -> new Object[] {"GET", key}).toList());
                long returned = System.nanoTime();
                for (int i = 0; i < batch.size(); i++) {
                    if (replies.get(i) instanceof Wire.Failure failure) {
                        throw new IOException("a whole cluster does not answer: " + failure.message());
                    }
                    String output = replies.get(i) == null ? "" : (String) replies.get(i);
                    reads.add(new Call(
                            -1, node.address(), Kind.GET, batch.get(i), "", called, returned, Outcome.DONE, output));
                }
            }
        }
        return reads;
    }

    /** The keys of all cycles that are not any more what they were in their cycle's end. */
    List<String> changed() throws Exception {
        return readAll(cluster.awaitLeader(), List.copyOf(settled.keySet())).stream()
                .filter(read -> !read.output().equals(settled.get(read.key())))
                .map(read -> read.key() + " was " + settled.get(read.key()) + " and is " + read.output())
                .collect(Collectors.toList());
    }

    @Override
    public void close() throws IOException {
        cluster.close();
        network.close();
    }
}
