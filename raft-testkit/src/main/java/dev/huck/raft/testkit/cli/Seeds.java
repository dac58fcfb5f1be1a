package dev.huck.raft.testkit.cli;

import dev.huck.raft.testkit.sim.Outcome;
import dev.huck.raft.testkit.sim.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs many seeds, several at a time; each world still has one thread to itself. */
final class Seeds {
    private Seeds() {}

    /** Told how far it is. */
    interface Progress {
        void at(int done, int violations);
    }

    static Outcomes run(long from, int count, int threads, Progress progress) {
        Outcomes outcomes = new Outcomes(from, count);
        AtomicInteger next = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        AtomicInteger violations = new AtomicInteger();
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < Math.max(1, threads); i++) {
            Thread worker = new Thread(
                    () -> {
                        for (int at = next.getAndIncrement(); at < count; at = next.getAndIncrement()) {
                            Outcome outcome = run(from + at);
                            outcomes.put(from + at, outcome);
                            if (outcome.violation() != null) {
                                violations.incrementAndGet();
                            }
                            progress.at(done.incrementAndGet(), violations.get());
                        }
                    },
                    "seeds-" + i);
            worker.start();
            workers.add(worker);
        }
        for (Thread worker : workers) {
            join(worker);
        }
        return outcomes;
    }

    /** What breaks the simulator itself is a finding too, and keeps its seed. */
    private static Outcome run(long seed) {
        try {
            return new Simulation(seed, null).run();
        } catch (Throwable e) {
            return new Outcome("the simulator broke: " + e, 0, 0, 0, 0, 0, 0);
        }
    }

    private static void join(Thread worker) {
        boolean interrupted = false;
        while (worker.isAlive()) {
            try {
                worker.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
