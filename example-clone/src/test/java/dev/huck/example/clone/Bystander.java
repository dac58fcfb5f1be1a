package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A client that writes and reads without a pause, on one connection, while others misbehave. */
final class Bystander {
    private static final int KEYS = 1_000;

    private final int port;
    private final Thread thread = new Thread(this::run, "bystander");
    private volatile boolean stopped;
    private volatile Throwable failure;
    private volatile long rounds;
    private volatile long slowestNanos;

    Bystander(int port) {
        this.port = port;
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try (Wire wire = new Wire(port)) {
            for (long round = 0; !stopped; round++) {
                rounds = round;
                String key = "bystander:" + round % KEYS;
                long begun = System.nanoTime();
                assertEquals("OK", wire.call("SET", key, round));
                assertEquals("" + round, wire.call("GET", key));
                slowestNanos = Math.max(slowestNanos, System.nanoTime() - begun);
            }
        } catch (Throwable e) {
            failure = e;
        }
    }

    /** It was answered rightly so far, and in a round that began after this call, too. */
    void assertServed() {
        long goal = rounds + 2;
        Awaitility.await()
                .pollInterval(Duration.ofMillis(1))
                .atMost(Duration.ofSeconds(30))
                .until(() -> failure != null || rounds >= goal);
        if (failure != null) {
            throw new AssertionError("another client is harmed after " + rounds + " rounds", failure);
        }
    }

    @Override
    public String toString() {
        return "another client: " + rounds + " times SET and GET, the slowest in "
                + TimeUnit.NANOSECONDS.toMillis(slowestNanos) + " ms";
    }

    void stop() throws InterruptedException {
        stopped = true;
        thread.join();
    }
}
