package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that never ask the leader, but nodes that pass their commands on to it, or answer reads themselves. */
@Timeout(180)
@Tag("long")
class ForwardingIT {
    private static final int CLIENTS = 4;
    private static final int DEPTH = 8;

    @TempDir
    Path folder;

    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicLong answered = new AtomicLong();

    /** What a client knows in the end: of so many increments how many were acknowledged, and how many may have been done. */
    private record Count(long acknowledged, long unknown) {}

    @Test
    void whatIsForwardedIsDoneOnceAndAnsweredInOrderThoughLeadersAreKilled() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try (ClusterProcesses cluster = new ClusterProcesses(folder, "--forward").grow(3)) {
            List<Future<Count>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int number = i;
                clients.add(threads.submit(() -> increments(cluster, number)));
            }
            for (int kill = 0; kill < 3; kill++) {
                awaitAnswered(300);
                NodeProcess leader = cluster.awaitLeader();
                leader.kill();
                awaitAnswered(300); // by the others
                leader.start();
            }
            stopped.set(true);
            Count all = new Count(0, 0);
            for (Future<Count> client : clients) {
                Count one = client.get();
                all = new Count(all.acknowledged + one.acknowledged, all.unknown + one.unknown);
            }
            long counter = Long.parseLong((String) cluster.awaitLeader().ask("GET", "counter"));
            System.out.printf(
                    "%d forwarded increments acknowledged, %d unknown, the counter is %d%n",
                    all.acknowledged, all.unknown, counter);
            assertTrue(counter >= all.acknowledged, counter + " of " + all + ": an acknowledged one is lost");
            assertTrue(counter <= all.acknowledged + all.unknown, counter + " of " + all + ": one was done twice");
            Checks.sameEverywhere(cluster);
        } finally {
            stopped.set(true);
            threads.shutdownNow();
        }
    }

    private void awaitAnswered(int more) throws Exception {
        long goal = answered.get() + more;
        ClusterProcesses.await(more + " more answers", () -> answered.get() >= goal ? true : null);
    }

    /** Sends pipelines to nodes that do not lead, with a mark of its own between the increments. */
    private Count increments(ClusterProcesses cluster, int client) throws Exception {
        long acknowledged = 0;
        long unknown = 0;
        long mark = 0;
        while (!stopped.get()) {
            List<NodeProcess> followers = followers(cluster);
            if (followers.isEmpty()) {
                Thread.sleep(10);
                continue;
            }
            int replies = 0;
            try (Wire wire = new Wire(followers.get(client % followers.size()).port())) {
                for (boolean whole = true; whole && !stopped.get(); ) {
                    replies = 0;
                    for (int i = 0; i < DEPTH; i++) {
                        wire.send("INCR", "counter");
                        wire.send("ECHO", "mark " + client + " " + mark + " " + i);
                    }
                    long before = 0;
                    for (int i = 0; i < DEPTH; i++) {
                        Object reply = wire.receive();
                        replies++;
                        if (reply instanceof Long value) {
                            assertTrue(value > before, value + " was answered behind " + before);
                            before = value;
                            acknowledged++;
                            answered.incrementAndGet();
                        } else {
                            String problem = String.valueOf(reply);
                            unknown += problem.contains("UNKNOWN") ? 1 : 0;
                            whole = false;
                        }
                        assertEquals("mark " + client + " " + mark + " " + i, wire.receive());
                    }
                    mark++;
                }
            } catch (IOException killed) {
                unknown += DEPTH - replies;
                Thread.sleep(20);
            }
        }
        return new Count(acknowledged, unknown);
    }

    private static List<NodeProcess> followers(ClusterProcesses cluster) {
        return cluster.alive().stream()
                .filter(node -> node.stats().getOrDefault("state", "").equals("Follower"))
                .toList();
    }

    @Test
    void aFollowerThatAnswersReadsHasAllThatWasAcknowledgedBefore() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(1);
        try (ClusterProcesses cluster = new ClusterProcesses(folder, "--follower-reads").grow(3)) {
            AtomicLong written = new AtomicLong();
            Future<Long> writer = threads.submit(writes(cluster, written));
            long reads = 0;
            long refused = 0;
            for (int round = 0; round < 3; round++) {
                NodeProcess leader = cluster.awaitLeader();
                NodeProcess follower = cluster.others(leader).get(round % 2);
                try (Wire wire = new Wire(follower.port())) {
                    for (int i = 0; i < 200; i++) {
                        long before = written.get();
                        Object reply = wire.call("GET", "counter");
                        if (reply instanceof String value) {
                            assertTrue(Long.parseLong(value) >= before, value + " was read after " + before);
                            reads++;
                        } else {
                            refused++;
                        }
                    }
                }
                leader.kill();
                long seen = written.get();
                ClusterProcesses.await("writes without it", () -> written.get() > seen ? true : null);
                leader.start();
                cluster.awaitCaughtUp();
            }
            stopped.set(true);
            System.out.printf("%d reads on followers, %d refused, %d writes%n", reads, refused, writer.get());
            assertTrue(reads > 300, reads + " reads, " + refused + " refused");
        } finally {
            stopped.set(true);
            threads.shutdownNow();
        }
    }

    /** Increments through whoever leads, one after the other; what is acknowledged is written down. */
    private Callable<Long> writes(ClusterProcesses cluster, AtomicLong written) {
        return () -> {
            while (!stopped.get()) {
                try (Wire wire = new Wire(cluster.awaitLeader().port())) {
                    while (!stopped.get() && wire.call("INCR", "counter") instanceof Long value) {
                        written.set(value);
                    }
                } catch (IOException killed) {
                    Thread.sleep(20);
                }
            }
            return written.get();
        };
    }
}
