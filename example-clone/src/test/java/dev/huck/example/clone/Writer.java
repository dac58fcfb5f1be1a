package dev.huck.example.clone;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A client that writes one key after the other to whoever leads, and remembers what was acknowledged. A key whose outcome
 * it does not know it neither counts nor writes again.
 */
final class Writer implements AutoCloseable {
    private final Supplier<List<NodeProcess>> nodes;
    private final String prefix;
    private final Queue<Long> acknowledged = new ConcurrentLinkedQueue<>();
    /** When the latest acknowledged command was sent, and when its reply came; nanoseconds. */
    private final AtomicLong lastSent = new AtomicLong(Long.MIN_VALUE);

    private final Thread thread = new Thread(this::run, "writer");
    private volatile boolean closed;
    private volatile long lastReceived;
    private volatile String lastError = "none";
    private Wire wire;
    private int at;

    Writer(String prefix, Supplier<List<NodeProcess>> nodes) {
        this.prefix = prefix;
        this.nodes = nodes;
        thread.setDaemon(true);
        thread.start();
    }

    /** Numbers of the keys that were acknowledged so far; a key's value is its number. */
    List<Long> acknowledged() {
        return List.copyOf(acknowledged);
    }

    String key(long number) {
        return prefix + number;
    }

    /** Waits for the acknowledgement of a write that was sent after this moment, and returns when that came. */
    long awaitAcknowledgedSince(long nanos) {
        try {
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(2))
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> lastSent.get() - nanos > 0 && lastSent.get() != Long.MIN_VALUE);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("no write is acknowledged any more; the last error: " + lastError, e);
        }
        return lastReceived;
    }

    /** Waits until so many more writes are acknowledged, however slow the machine: enough for a loss to show. */
    void awaitMore(int writes) {
        int enough = acknowledged.size() + writes;
        try {
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> acknowledged.size() >= enough);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("writes are not acknowledged any more; the last error: " + lastError, e);
        }
    }

    private void run() {
        long number = 0;
        while (!closed) {
            try {
                if (wire == null) {
                    List<NodeProcess> alive = nodes.get();
                    wire = new Wire(alive.get(Math.floorMod(at, alive.size())).port());
                }
                long sent = System.nanoTime();
                Object reply = wire.call("SET", key(number), number);
                if ("OK".equals(reply)) {
                    acknowledged.add(number++);
                    lastReceived = System.nanoTime();
                    lastSent.set(sent);
                } else {
                    number += react(String.valueOf(reply));
                }
            } catch (IOException e) {
                lastError = e.toString();
                number++; // it may have been written
                leave();
            }
        }
        leave();
    }

    /** Follows an error, and returns how many keys to leave out. */
    private int react(String error) throws IOException {
        lastError = error;
        int address = error.indexOf("TRY 127.0.0.1:");
        leave();
        if (address >= 0) {
            wire = new Wire(Integer.parseInt(error.substring(address + 14).replaceAll("\\D.*", "")));
            return 0;
        }
        pause();
        return error.contains("UNKNOWN") ? 1 : 0;
    }

    private void leave() {
        at++;
        try {
            if (wire != null) {
                wire.close();
            }
        } catch (IOException e) {
            // It is gone either way.
        }
        wire = null;
    }

    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends it; what it has acknowledged stays to be looked at. */
    void stop() {
        closed = true;
        try {
            thread.join(30_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
    }
}
