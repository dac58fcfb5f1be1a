package dev.huck.raft.core.node;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.core.env.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ThreadStageTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final LinkedBlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private final ThreadStage stage = new ThreadStage("a-stage", failures::add);

    @AfterEach
    void end() throws InterruptedException {
        stage.close();
        assertTrue(stage.awaitEnd(LONG));
    }

    @Test
    void taskRunsOnTheStagesOwnThread() {
        assertEquals("a-stage", thread().getName());
    }

    @Test
    void stageDoesNotKeepTheProcessAlive() {
        assertTrue(thread().isDaemon());
    }

    @Test
    void tasksOfEachThreadRunInItsOrder() throws InterruptedException {
        int senders = 4;
        int each = 20_000;
        List<List<Integer>> seen = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int sender = 0; sender < senders; sender++) {
            List<Integer> mine = new ArrayList<>();
            seen.add(mine);
            threads.add(new Thread(() -> IntStream.range(0, each).forEach(i -> stage.execute(() -> mine.add(i)))));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        List<Integer> all = IntStream.range(0, each).boxed().toList();
        assertEquals(Collections.nCopies(senders, all), onStage(() -> List.copyOf(seen)));
    }

    /** Ping-pong between two stages: a wake-up that got lost would hang it. */
    @Test
    void sleepingStageIsWokenByEveryTask() throws InterruptedException {
        ThreadStage other = new ThreadStage("another-stage", failures::add);
        CountDownLatch done = new CountDownLatch(20_000);
        bounce(stage, other, done);
        assertTrue(done.await(60, TimeUnit.SECONDS), () -> done.getCount() + " bounces to go");
        other.close();
        assertTrue(other.awaitEnd(LONG));
    }

    private static void bounce(Stage from, Stage to, CountDownLatch left) {
        left.countDown();
        if (left.getCount() > 0) {
            to.execute(() -> bounce(to, from, left));
        }
    }

    @Test
    void timersEndInTheOrderOfTheirTimes() {
        List<String> order = new ArrayList<>();
        CompletableFuture<Void> last = new CompletableFuture<>();
        stage.execute(() -> {
            stage.schedule(30_000_000, () -> {
                order.add("third");
                last.complete(null);
            });
            stage.schedule(20_000_000, () -> order.add("second"));
            stage.schedule(0, () -> order.add("first"));
        });
        last.join();
        assertEquals(List.of("first", "second", "third"), order);
    }

    @Test
    void timerDoesNotEndEarly() {
        long begin = System.nanoTime();
        CompletableFuture<Long> ended = new CompletableFuture<>();
        stage.schedule(50_000_000, () -> ended.complete(System.nanoTime()));
        assertTrue(ended.join() - begin >= 50_000_000);
    }

    @Test
    void timerEndsThoughTasksNeverDo() {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        Runnable[] again = new Runnable[1];
        again[0] = () -> {
            if (!ended.isDone()) {
                stage.execute(again[0]);
            }
        };
        stage.execute(again[0]);
        stage.schedule(1_000_000, () -> ended.complete(null));
        ended.join();
    }

    @Test
    void cancelledTimerDoesNotRun() {
        AtomicInteger runs = new AtomicInteger();
        CompletableFuture<Void> later = new CompletableFuture<>();
        Stage.Timer timer = stage.schedule(20_000_000, runs::incrementAndGet);
        stage.schedule(40_000_000, () -> later.complete(null));
        timer.cancel();
        later.join();
        assertEquals(0, runs.get());
    }

    @Test
    void timerCancelledByAnEarlierTaskOfItsTimeDoesNotRun() {
        AtomicInteger runs = new AtomicInteger();
        CompletableFuture<Void> later = new CompletableFuture<>();
        stage.execute(() -> {
            Stage.Timer[] second = new Stage.Timer[1];
            stage.schedule(0, () -> second[0].cancel());
            second[0] = stage.schedule(0, runs::incrementAndGet);
            stage.schedule(1_000_000, () -> later.complete(null));
        });
        later.join();
        assertEquals(0, runs.get());
    }

    @Test
    void whatATaskThrowsIsTold() throws InterruptedException {
        AssertionError thrown = new AssertionError("as planned");
        stage.execute(() -> {
            throw thrown;
        });
        assertSame(thrown, failures.poll(60, TimeUnit.SECONDS));
    }

    @Test
    void whatATimersTaskThrowsIsTold() throws InterruptedException {
        IllegalStateException thrown = new IllegalStateException("as planned");
        stage.schedule(1, () -> {
            throw thrown;
        });
        assertSame(thrown, failures.poll(60, TimeUnit.SECONDS));
    }

    @Test
    void failureIsToldBeforeTheNextTaskRuns() {
        stage.execute(() -> {
            throw new IllegalStateException("as planned");
        });
        assertEquals(1, onStage(failures::size));
    }

    @Test
    void closedStageRunsWhatItWasHandedBefore() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger runs = new AtomicInteger();
        stage.execute(() -> awaitQuietly(go));
        IntStream.range(0, 500).forEach(i -> stage.execute(runs::incrementAndGet));
        stage.close();
        go.countDown();
        assertTrue(stage.awaitEnd(LONG));
        assertEquals(500, runs.get());
    }

    @Test
    void closedStageTakesNoMore() throws InterruptedException {
        AtomicInteger runs = new AtomicInteger();
        stage.close();
        stage.execute(runs::incrementAndGet);
        assertTrue(stage.awaitEnd(LONG));
        assertEquals(0, runs.get());
    }

    @Test
    void closedStageWaitsForNoTimer() throws InterruptedException {
        stage.schedule(TimeUnit.HOURS.toNanos(1), () -> {});
        stage.close();
        assertTrue(stage.awaitEnd(LONG));
    }

    @Test
    void stageDoesNotWaitForItself() {
        assertTrue(onStage(() -> {
            try {
                return stage.awaitEnd(LONG);
            } catch (InterruptedException e) {
                return false;
            }
        }));
    }

    @Test
    void interruptOfASleepingStageIsForgotten() {
        Thread thread = thread();
        await().until(thread::getState, state -> state == Thread.State.WAITING);
        thread.interrupt();
        assertFalse(onStage(() -> Thread.currentThread().isInterrupted()));
    }

    /** Without a limit of time: it does not look again and again. */
    @Test
    void idleStageSleepsUntilItIsWoken() {
        Thread thread = thread();
        await().until(thread::getState, state -> state == Thread.State.WAITING);
    }

    @Test
    void handlerThatFailsItselfDoesNotEndTheStage() throws InterruptedException {
        ThreadStage other = new ThreadStage("another-stage", thrown -> {
            throw new IllegalStateException("the handler too");
        });
        CompletableFuture<Thread> next = new CompletableFuture<>();
        other.execute(() -> {
            throw new IllegalStateException("as planned");
        });
        other.execute(() -> next.complete(Thread.currentThread()));
        assertNotSame(Thread.currentThread(), next.join());
        other.close();
        assertTrue(other.awaitEnd(LONG));
    }

    private Thread thread() {
        return onStage(Thread::currentThread);
    }

    private <T> T onStage(Supplier<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        stage.execute(() -> result.complete(task.get()));
        return result.join();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
