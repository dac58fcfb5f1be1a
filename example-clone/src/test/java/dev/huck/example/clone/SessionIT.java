package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Client;
import dev.huck.raft.api.Command;
import dev.huck.raft.api.ExactlyOnceClient;
import dev.huck.raft.api.ReadOptions;
import dev.huck.raft.api.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that repeat until they have an answer, while leaders are killed: each increment counts once. */
@Tag("long")
class SessionIT {
    private static final int INCREMENTS = Integer.getInteger("huck.it.increments", 10_000);
    private static final int CLIENTS = 4;
    private static final int KILLS = 3;

    @TempDir
    Path folder;

    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger attempts = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();

    /** One connection to a real node; some replies are read and thrown away, as if the network had lost them. */
    private final class Connection implements Client {
        private final Wire wire;
        private final BooleanSupplier loses;

        Connection(int port, BooleanSupplier loses) throws IOException {
            this.wire = new Wire(port);
            this.loses = loses;
        }

        @Override
        public CompletionStage<Result> send(Command command) {
            Object[] words = new Object[command.count() + 1];
            words[0] = command.typedName();
            for (int i = 0; i < command.count(); i++) {
                words[i + 1] = command.string(i);
            }
            try {
                attempts.incrementAndGet();
                Object reply = wire.call(words);
                if (loses.getAsBoolean()) {
                    lost.incrementAndGet();
                    return CompletableFuture.failedFuture(new IOException("lost by the test"));
                }
                return CompletableFuture.completedFuture(result(reply));
            } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        @Override
        public CompletionStage<Result> send(ReadOptions options, Command command) {
            return send(command);
        }

        @Override
        public long lastIndex() {
            return 0;
        }

        @Override
        public void close() {
            try {
                wire.close();
            } catch (IOException e) {
                // It is gone either way.
            }
        }
    }

    private static Result result(Object reply) {
        return reply instanceof Long number
                ? new Result.Int(number)
                : reply instanceof Wire.Failure failure
                        ? new Result.Error(failure.message())
                        : new Result.Simple(String.valueOf(reply));
    }

    @Test
    @Timeout(value = 12, unit = TimeUnit.MINUTES)
    void counterEqualsTheIncrementsThoughRepliesAreLostAndLeadersKilled() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try (ClusterProcesses cluster = new ClusterProcesses(folder).grow(3)) {
            List<Future<Long>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Random random = new Random(i);
                clients.add(threads.submit(increments(cluster, random)));
            }
            for (int kill = 1; kill <= KILLS; kill++) {
                int mark = INCREMENTS * kill / (KILLS + 1);
                awaitDone(mark, clients);
                NodeProcess leader = cluster.awaitLeader();
                leader.kill();
                int seen = done.get();
                // The others go on without it, and it comes back to a log that has moved on.
                awaitDone(seen + 1, clients);
                leader.start();
                cluster.awaitCaughtUp();
            }
            long highest = 0;
            for (Future<Long> client : clients) {
                highest = Math.max(highest, client.get());
            }
            System.out.printf(
                    "%d increments by %d attempts, %d replies thrown away, %d leaders killed%n",
                    done.get(), attempts.get(), lost.get(), KILLS);
            assertEquals(INCREMENTS / CLIENTS * CLIENTS, done.get());
            assertEquals(done.get(), highest, "the last reply");
            assertEquals(String.valueOf(done.get()), cluster.awaitLeader().ask("GET", "counter"));
            assertTrue(lost.get() > 0);
            Checks.sameEverywhere(cluster);
        } finally {
            threads.shutdownNow();
        }
    }

    /** However long it takes, as long as no client has failed. */
    private void awaitDone(int count, List<Future<Long>> clients) throws Exception {
        while (done.get() < count) {
            for (Future<Long> client : clients) {
                if (client.isDone()) {
                    client.get();
                }
            }
            Thread.sleep(5);
        }
    }

    /** Adds one so many times, each at once or after repeats; gives the last reply. */
    private Callable<Long> increments(ClusterProcesses cluster, Random random) {
        ExactlyOnceClient.Nodes nodes = leader -> connect(cluster, leader, random);
        return () -> {
            try (ExactlyOnceClient client = new ExactlyOnceClient(nodes, Duration.ofMinutes(2))) {
                long last = 0;
                for (int i = 0; i < INCREMENTS / CLIENTS; i++) {
                    long now = client.send("INCR", "counter").asLong();
                    assertTrue(now > last, () -> "a reply of before");
                    last = now;
                    done.incrementAndGet();
                }
                return last;
            }
        };
    }

    private Connection connect(ClusterProcesses cluster, Optional<String> leader, Random random) throws IOException {
        int port = leader.map(address -> Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)))
                .orElseGet(() -> cluster.nodes().get(random.nextInt(3)).port());
        return new Connection(port, () -> random.nextInt(10) == 0);
    }
}
