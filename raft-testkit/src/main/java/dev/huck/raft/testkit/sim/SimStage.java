package dev.huck.raft.testkit.sim;

import dev.huck.raft.core.env.Stage;
import dev.huck.raft.testkit.sim.SimEvent.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A thread of a simulated process: runs tasks in the order in which they were handed over, one event each, a little later,
 * and not while it is still busy with the one before. Nothing of it runs once its process is dead.
 */
final class SimStage implements Stage {
    private static final long MICRO = 1_000L;

    private final SimWorld world;
    private final SimProcess process;
    private final String name;
    private final int number;
    private final SimRandom random;
    private final DoubleSupplier lateTimers;
    private final ToLongFunction<String> stalls;
    /** By time of hand-over: a task that takes time hands over later than one that begins after it. */
    private final List<Waiting> inbox = new ArrayList<>();

    private @Nullable SimEvent turn;
    private long busyUntil;
    private boolean stalled;
    private boolean closed;

    private record Waiting(long since, Runnable task) {}

    SimStage(
            SimWorld world,
            SimProcess process,
            String name,
            int number,
            SimRandom random,
            DoubleSupplier lateTimers,
            ToLongFunction<String> stalls) {
        this.stalls = stalls;
        this.lateTimers = lateTimers;
        this.world = world;
        this.process = process;
        this.name = name;
        this.number = number;
        this.random = random;
    }

    @Override
    public void execute(Runnable task) {
        if (closed || !process.isAlive()) {
            return;
        }
        long since = world.now();
        int place = inbox.size();
        while (place > 0 && inbox.get(place - 1).since > since) {
            place--;
        }
        inbox.add(place, new Waiting(since, task));
        if (place == 0) {
            planTurn();
        }
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        long due = world.now() + process.worldNanos(Math.max(0, delayNanos));
        if (random.chance(lateTimers.getAsDouble())) {
            due += random.nextLong(400_000 * MICRO);
        }
        SimEvent event = world.plan(due, Kind.TIMER, process.host().number(), number, process, () -> execute(task));
        return () -> event.cancelled = true;
    }

    /** What was handed over still runs. */
    @Override
    public void close() {
        closed = true;
    }

    private void planTurn() {
        if (turn != null) {
            turn.cancelled = true;
        }
        long at = Math.max(inbox.get(0).since, busyUntil) + wakeUp();
        turn = world.plan(at, Kind.TASK, process.host().number(), number, process, this::turn);
    }

    private void turn() {
        turn = null;
        // Before the task and not in it: what a task hands over when it has taken seconds would be seen by others at
        // once.
        long stall = stalled ? 0 : stalls.applyAsLong(name);
        stalled = stall > 0;
        if (stalled) {
            busyUntil = world.now() + stall;
            planTurn();
            return;
        }
        Runnable task = inbox.remove(0).task;
        process.run(name, task);
        busyUntil = world.now();
        if (!inbox.isEmpty()) {
            planTurn();
        }
    }

    /** Mostly a few microseconds; now and then the scheduler is late. */
    private long wakeUp() {
        return random.chance(0.01) ? random.nextLong(2_000 * MICRO) : MICRO + random.nextLong(20 * MICRO);
    }
}
