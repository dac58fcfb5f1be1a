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
import java.util.stream.Collectors;

/** A cluster of real processes that clients write to and read from while one fault after the other happens to it. */
final class Campaign implements AutoCloseable {
    private static final int BATCH = 200;
    private static final int TIMEOUT_MILLIS = 20_000;

    private final long seed;
    private final List<FaultKind> faults;
    private final Path folder;
    private final Network network;
    private final ClusterProcesses cluster;
    /** What every key of the cycles that are over was in its cycle's end. */
    private final Map<String, String> settled = new TreeMap<>();

    private boolean whole = true;

    Campaign(long seed, Set<FaultKind> faults, Path folder, Network network, String jvm) {
        this.seed = seed;
        this.faults = List.copyOf(faults);
        this.folder = folder;
        this.network = network;
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

    void start(int size) throws Exception {
        cluster.grow(size);
    }

    /** What happens in a cycle: every fault once before any happens again. */
    FaultKind fault(int cycle) {
        int round = (cycle - 1) / faults.size();
        List<FaultKind> order = new ArrayList<>(faults);
        Collections.shuffle(order, new Random(seed + round));
        return order.get((cycle - 1) % faults.size());
    }

    /** Does a cycle. Where the cluster is not whole again behind it, {@link #isWhole} says so, and no other can follow. */
    CycleResult run(int number) throws Exception {
        long begin = System.nanoTime();
        long cycleSeed = new Random(seed ^ number * 0x9E3779B97F4A7C15L).nextLong();
        Cycle cycle = new Cycle(number, fault(number), cluster, network, cycleSeed);
        cycle.run();
        whole = cycle.isWhole();
        List<String> violations = new ArrayList<>(cycle.violations());
        History history = cycle.history();
        if (whole) {
            readEverything(history);
        }
        HistoryCheck.Findings findings = HistoryCheck.check(history.calls());
        violations.addAll(findings.violations());
        if (!violations.isEmpty()) {
            Path kept = folder.resolve("histories").resolve("cycle-" + number + ".tsv");
            history.write(kept);
            violations.forEach(violation -> System.out.println("  " + violation));
            System.out.println("  history: " + kept);
        }
        List<Call> calls = history.calls();
        return new CycleResult(
                number,
                cycleSeed,
                fault(number),
                calls.size(),
                calls.stream().filter(Call::isAcknowledgedWrite).count(),
                calls.stream().filter(call -> call.outcome() == Outcome.UNKNOWN).count(),
                findings.lost(),
                findings.stale(),
                violations.size(),
                cycle.unavailableMillis(),
                cycle.longestGapMillis(),
                (System.nanoTime() - begin) / 1e9);
    }

    /** Whether all nodes were there, knew all and took writes in the end of the last cycle. */
    boolean isWhole() {
        return whole;
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
