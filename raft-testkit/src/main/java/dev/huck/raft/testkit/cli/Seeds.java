package dev.huck.raft.testkit.cli;

import dev.huck.raft.testkit.sim.Outcome;
import dev.huck.raft.testkit.sim.RunSpec;
import dev.huck.raft.testkit.sim.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;

/** Runs many seeds, several at a time; each world still has one thread to itself. */
final class Seeds {
    private final LongFunction<RunSpec> specs;
    private final int threads;
    private final Progress progress;
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger violations = new AtomicInteger();

    /** Told how far it is. */
    interface Progress {
        void at(int done, int violations);
    }

    Seeds(LongFunction<RunSpec> specs, int threads, Progress progress) {
        this.specs = specs;
        this.threads = threads;
        this.progress = progress;
    }

    /** Runs some seeds and returns when all have ended. */
    void run(Outcomes outcomes, long from, int count) {
        AtomicInteger next = new AtomicInteger();
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < Math.max(1, threads); i++) {
            Thread worker = new Thread(
                    () -> {
                        for (int at = next.getAndIncrement(); at < count; at = next.getAndIncrement()) {
                            Outcome outcome = run(specs.apply(from + at));
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
    }

    /** What breaks the simulator itself is a finding too, and keeps its seed. */
    private static Outcome run(RunSpec spec) {
        try {
            return new Simulation(spec, null).run();
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
