package dev.huck.raft.core.node;

import dev.huck.raft.core.env.Stage;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;

/** A stage that runs when the test says so, with a clock that moves when the test says so. */
final class StepStage implements Stage {
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<Wait> waits = new PriorityQueue<>(Comparator.comparingLong(Wait::until));
    private long now;
    private boolean closed;
    int wakeUps;

    private record Wait(long until, Runnable task) {}

    @Override
    public synchronized void execute(Runnable task) {
        if (!closed) {
            wakeUps++;
            tasks.add(task);
        }
    }

    @Override
    public synchronized Timer schedule(long delayNanos, Runnable task) {
        Wait wait = new Wait(now + delayNanos, task);
        waits.add(wait);
        return () -> waits.remove(wait);
    }

    @Override
    public synchronized void close() {
        closed = true;
    }

    /** Runs what there is, and what comes of it. */
    void run() {
        for (Runnable task = next(); task != null; task = next()) {
            task.run();
        }
    }

    private synchronized Runnable next() {
        return tasks.poll();
    }

    /** Lets time pass. */
    void pass(long nanos) {
        run();
        now += nanos;
        while (!waits.isEmpty() && waits.peek().until <= now) {
            waits.poll().task.run();
            run();
        }
    }

    long now() {
        return now;
    }

    boolean isClosed() {
        return closed;
    }
}
