package dev.huck.raft.core.node;

import dev.huck.raft.core.env.Stage;
import java.time.Duration;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stage with a daemon thread of its own. Handing over takes no lock and wakes the thread only if it sleeps; without
 * tasks and timers due it sleeps.
 *
 * <p>The thread is never interrupted by us, and forgets when others do it: an interrupt would close the files it uses.
 */
public final class ThreadStage implements Stage {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadStage.class);

    /** How many tasks may run before timers are looked at again. */
    private static final int BATCH = 64;

    private final Thread thread;
    private final Consumer<Throwable> failed;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean asleep = new AtomicBoolean();
    private final PriorityQueue<Wait> waits = new PriorityQueue<>();
    private volatile boolean closed;
    private long waitsSoFar;
    private boolean ended;

    /**
     * Starts the thread.
     *
     * @param name of the thread
     * @param failed takes what a task throws, on this thread and before the next task; is to end the node
     */
    public ThreadStage(String name, Consumer<Throwable> failed) {
        this.failed = failed;
        this.thread = new Thread(this::work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** {@inheritDoc} Once closed, tasks are dropped. */
    @Override
    public void execute(Runnable task) {
        if (!closed) {
            enqueue(task);
        }
    }

    private void enqueue(Runnable task) {
        tasks.add(task);
        // Of all who hand over while the thread sleeps, one wakes it.
        if (asleep.get() && asleep.compareAndSet(true, false)) {
            LockSupport.unpark(thread);
        }
    }

    /** {@inheritDoc} Any thread; once closed, no wait ends any more. */
    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        Wait wait = new Wait(System.nanoTime() + delayNanos, task);
        onThread(() -> {
            wait.order = waitsSoFar++;
            waits.add(wait);
        });
        return () -> {
            wait.cancelled = true;
            onThread(() -> waits.remove(wait));
        };
    }

    private void onThread(Runnable change) {
        if (Thread.currentThread() == thread) {
            change.run();
        } else {
            execute(change);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            enqueue(() -> ended = true);
        }
    }

    /**
     * Waits until the thread has ended.
     *
     * @param patience how long to wait
     * @return whether it has ended, or it is the calling thread itself
     * @throws InterruptedException when the waiting thread is interrupted
     */
    public boolean awaitEnd(Duration patience) throws InterruptedException {
        if (Thread.currentThread() == thread) {
            return true;
        }
        thread.join(patience.toMillis());
        return !thread.isAlive();
    }

    private void work() {
        while (!ended) {
            runDueWaits();
            if (!runTasks()) {
                sleep();
            }
        }
    }

    private void runDueWaits() {
        if (waits.isEmpty()) {
            return;
        }
        long now = System.nanoTime();
        for (Wait first = waits.peek(); first != null && first.until - now <= 0; first = waits.peek()) {
            waits.poll();
            if (!first.cancelled) {
                run(first.task);
            }
        }
    }

    /** Returns whether there may be more to do. */
    private boolean runTasks() {
        for (int i = 0; i < BATCH && !ended; i++) {
            Runnable task = tasks.poll();
            if (task == null) {
                return i > 0;
            }
            run(task);
        }
        return true;
    }

    private void sleep() {
        asleep.set(true);
        // Whoever hands over now sees that we sleep, or is seen here.
        if (tasks.isEmpty()) {
            Wait first = waits.peek();
            if (first == null) {
                LockSupport.park(this);
            } else {
                long nanos = first.until - System.nanoTime();
                if (nanos > 0) {
                    LockSupport.parkNanos(this, nanos);
                }
            }
        }
        asleep.set(false);
        // Left set, an interrupt would make every park return at once.
        Thread.interrupted();
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable thrown) {
            tellFailed(thrown);
        }
    }

    private void tellFailed(Throwable thrown) {
        try {
            failed.accept(thrown);
        } catch (Throwable again) {
            again.addSuppressed(thrown);
            LOG.error("{} could not tell that it failed", thread.getName(), again);
        }
    }

    /** A task and its time. Ordered by time, then by when it was asked for. */
    private static final class Wait implements Comparable<Wait> {
        private final long until;
        private final Runnable task;
        private long order;
        private volatile boolean cancelled;

        Wait(long until, Runnable task) {
            this.until = until;
            this.task = task;
        }

        @Override
        public int compareTo(Wait other) {
            // The clock may have any origin, so differences count.
            int byTime = Long.signum(until - other.until);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }
}
