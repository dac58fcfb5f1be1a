package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is promised when processes die: no acknowledged write is lost, and a new leader soon takes writes. */
@Tag("long")
class FailoverIT {
    /** A few: many more, on five nodes and with other faults, are the business of bin/huck-campaign. */
    private static final int CYCLES = Integer.getInteger("huck.it.cycles", 3);

    private static final int KEYS = Integer.getInteger("huck.it.keys", 10_000);
    /** The random timing's. Processes are not as repeatable as a simulation, but the same waits make the same likely. */
    private static final long SEED = Long.getLong("huck.it.seed", System.nanoTime());

    private static final int MOST_WAIT_MILLIS = 500;
    private static final long MEDIAN_MILLIS = 1_500;
    private static final long WORST_MILLIS = 4_000;
    /** Half of the election timeout that rules an election out. */
    private static final long HAND_OVER_MILLIS = 10_000;

    @TempDir
    Path folder;

    @Test
    @Timeout(value = 12, unit = TimeUnit.MINUTES)
    void leaderThatIsKilledAgainAndAgainLosesNothing() throws Exception {
        Random random = random();
        List<Long> gaps = new ArrayList<>();
        try (ClusterProcesses cluster = new ClusterProcesses(folder, "--consistency", "high").grow(3)) {
            Checks.fillByJedis(cluster.awaitLeader(), "base:", KEYS);
            try (Writer writer = new Writer("live:", cluster::alive)) {
                for (int cycle = 1; cycle <= CYCLES; cycle++) {
                    writer.awaitMore(20);
                    Thread.sleep(random.nextInt(MOST_WAIT_MILLIS)); // the kill's timing is the test's chance
                    NodeProcess leader = cluster.awaitLeader();
                    leader.note("killed in cycle " + cycle);
                    long killed = System.nanoTime();
                    leader.kill();
                    long dead = System.nanoTime(); // a dying leader may still answer; what was sent later it can't
                    long back = writer.awaitAcknowledgedSince(dead);
                    gaps.add(TimeUnit.NANOSECONDS.toMillis(back - killed));
                    leader.start();
                    cluster.awaitCaughtUp();
                }
                writer.stop();
                Checks.holds(cluster.awaitLeader(), "base:", KEYS);
                Checks.holds(cluster.awaitLeader(), writer);
                Checks.showsToRedisCli(cluster.awaitLeader(), "base:", KEYS);
            }
            Checks.sameEverywhere(cluster);
        }
        assertTrue(median("the leader's kill", gaps) <= MEDIAN_MILLIS, "median of " + gaps);
        assertTrue(gaps.get(gaps.size() - 1) <= WORST_MILLIS, "worst of " + gaps);
    }

    private static Random random() {
        System.out.println("random timing: to repeat it, -Dhuck.it.seed=" + SEED);
        return new Random(SEED);
    }

    /** Sorts and prints. */
    private static long median(String since, List<Long> millis) {
        Collections.sort(millis);
        long median = millis.get(millis.size() / 2);
        System.out.println(
                "milliseconds from " + since + " to the next acknowledged write: median " + median + " of " + millis);
        return median;
    }

    @ParameterizedTest
    @ValueSource(strings = {"medium", "low"}) // "high" is a campaign's
    @Timeout(value = 12, unit = TimeUnit.MINUTES)
    void allThreeKilledAtOnceLoseNothing(String durability) throws Exception {
        Random random = random();
        List<Long> gaps = new ArrayList<>();
        String[] options = {"--consistency", "high", "--durability", durability};
        try (ClusterProcesses cluster = new ClusterProcesses(folder, options).grow(3)) {
            Checks.fill(cluster.awaitLeader(), "base:", KEYS);
            try (Writer writer = new Writer("live:", cluster::nodes)) {
                for (int cycle = 1; cycle <= Math.max(1, CYCLES / 3); cycle++) {
                    writer.awaitMore(20);
                    Thread.sleep(random.nextInt(MOST_WAIT_MILLIS)); // the kill's timing is the test's chance
                    List<NodeProcess> order = new ArrayList<>(cluster.nodes());
                    Collections.shuffle(order, random); // who outlives the others by a moment may still acknowledge
                    long killed = System.nanoTime();
                    for (NodeProcess node : order) {
                        node.note("killed with all others in cycle " + cycle);
                        node.signal("KILL");
                    }
                    for (NodeProcess node : cluster.nodes()) {
                        node.awaitExit();
                    }
                    long dead = System.nanoTime();
                    for (NodeProcess node : cluster.nodes()) {
                        node.launch();
                    }
                    for (NodeProcess node : cluster.nodes()) {
                        node.awaitListening();
                    }
                    long back = writer.awaitAcknowledgedSince(dead);
                    gaps.add(TimeUnit.NANOSECONDS.toMillis(back - killed));
                }
                writer.stop();
                Checks.holds(cluster.awaitLeader(), "base:", KEYS);
                Checks.holds(cluster.awaitLeader(), writer);
            }
            Checks.sameEverywhere(cluster);
        }
        median("the kill of all three at durability " + durability, gaps);
    }

    @Test
    void nodeToldToStopHandsOverAndEndsWithZero() throws Exception {
        // Followers that wait this long before they stand by themselves: who leads sooner was handed the leadership.
        String[] options = {"--election-timeout-min", "20s", "--election-timeout-max", "30s"};
        try (ClusterProcesses cluster = new ClusterProcesses(folder, options).grow(3);
                Writer writer = new Writer("live:", cluster::alive)) {
            for (int i = 0; i < 3; i++) {
                writer.awaitAcknowledgedSince(System.nanoTime());
                NodeProcess leader = cluster.awaitLeader();
                long told = System.nanoTime();
                assertEquals(0, leader.terminate(), leader.complained());
                long gone = System.nanoTime();
                long millis = TimeUnit.NANOSECONDS.toMillis(writer.awaitAcknowledgedSince(gone) - told);
                assertTrue(millis < HAND_OVER_MILLIS, "an election, and no hand-over: " + millis + " ms");
                leader.start();
                cluster.awaitCaughtUp();
            }
            writer.stop();
            Checks.holds(cluster.awaitLeader(), writer);
        }
    }
}
