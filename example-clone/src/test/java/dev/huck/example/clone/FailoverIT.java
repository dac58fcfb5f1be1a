package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is promised when processes die: no acknowledged write is lost, and a new leader soon takes writes. */
class FailoverIT {
    private static final int CYCLES = Integer.getInteger("huck.it.cycles", 20);
    private static final int KEYS = Integer.getInteger("huck.it.keys", 10_000);
    private static final long MEDIAN_MILLIS = 1_500;
    private static final long WORST_MILLIS = 4_000;

    @TempDir
    Path folder;

    @Test
    @Timeout(value = 12, unit = TimeUnit.MINUTES)
    void leaderThatIsKilledAgainAndAgainLosesNothing() throws Exception {
        List<Long> gaps = new ArrayList<>();
        try (ClusterProcesses cluster = new ClusterProcesses(folder, "--consistency", "high").grow(3)) {
            Checks.fill(cluster.awaitLeader(), "base:", KEYS);
            try (Writer writer = new Writer("live:", cluster::alive)) {
                for (int cycle = 1; cycle <= CYCLES; cycle++) {
                    writer.awaitAcknowledgedSince(System.nanoTime());
                    Thread.sleep(ThreadLocalRandom.current().nextInt(500)); // the kill's timing is the test's chance
                    NodeProcess leader = cluster.awaitLeader();
                    leader.note("killed in cycle " + cycle);
                    long killed = System.nanoTime();
                    leader.kill();
                    long back = writer.awaitAcknowledgedSince(killed);
                    gaps.add(TimeUnit.NANOSECONDS.toMillis(back - killed));
                    leader.start();
                    cluster.awaitCaughtUp();
                }
                writer.stop();
                Checks.holds(cluster.awaitLeader(), "base:", KEYS);
                Checks.holds(cluster.awaitLeader(), writer);
            }
            assertSameKeys(cluster);
        }
        Collections.sort(gaps);
        System.out.println("milliseconds from kill to the next acknowledged write: " + gaps);
        assertTrue(gaps.get(gaps.size() / 2) <= MEDIAN_MILLIS, "median of " + gaps);
        assertTrue(gaps.get(gaps.size() - 1) <= WORST_MILLIS, "worst of " + gaps);
    }

    @Test
    void allThreeKilledAtOnceLoseNothing() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(folder, "--consistency", "high").grow(3)) {
            try (Writer writer = new Writer("live:", cluster::nodes)) {
                for (int cycle = 0; cycle < 3; cycle++) {
                    writer.awaitAcknowledgedSince(System.nanoTime());
                    Thread.sleep(ThreadLocalRandom.current().nextInt(500));
                    for (NodeProcess node : cluster.nodes()) {
                        node.kill();
                    }
                    for (NodeProcess node : cluster.nodes()) {
                        node.start();
                    }
                    cluster.awaitLeader();
                }
                writer.awaitAcknowledgedSince(System.nanoTime());
                writer.stop();
                Checks.holds(cluster.awaitLeader(), writer);
            }
            assertSameKeys(cluster);
        }
    }

    @Test
    void nodeToldToStopHandsOverAndEndsWithZero() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(folder).grow(3);
                Writer writer = new Writer("live:", cluster::alive)) {
            for (int i = 0; i < 3; i++) {
                writer.awaitAcknowledgedSince(System.nanoTime());
                NodeProcess leader = cluster.awaitLeader();
                long told = System.nanoTime();
                assertEquals(0, leader.terminate(), leader.complained());
                long back = writer.awaitAcknowledgedSince(told);
                assertTrue(
                        TimeUnit.NANOSECONDS.toMillis(back - told) < WORST_MILLIS,
                        "a hand-over took longer than an election");
                leader.start();
                cluster.awaitCaughtUp();
            }
            writer.stop();
            Checks.holds(cluster.awaitLeader(), writer);
        }
    }

    /** Each node by itself, at the level at which it answers from what it has. */
    private static void assertSameKeys(ClusterProcesses cluster) throws Exception {
        cluster.awaitCaughtUp();
        for (NodeProcess node : cluster.nodes()) {
            assertEquals(0, node.terminate(), node.complained());
        }
        for (NodeProcess node : cluster.nodes()) {
            node.startAt("low");
        }
        cluster.awaitCaughtUp();
        List<Object> contents = new ArrayList<>();
        for (NodeProcess node : cluster.nodes()) {
            contents.add(Checks.contents(node));
        }
        assertEquals(contents.get(0), contents.get(1));
        assertEquals(contents.get(0), contents.get(2));
    }
}
