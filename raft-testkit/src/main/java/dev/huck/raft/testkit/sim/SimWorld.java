package dev.huck.raft.testkit.sim;

import dev.huck.raft.testkit.sim.SimEvent.Kind;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time and the one queue of everything that will happen. Single-threaded; the same seed gives the same events in
 * the same order, whatever the JDK, the machine and what else runs.
 */
public final class SimWorld {
    /** Told of every event after it has happened. */
    interface Observer {
        void after(SimEvent event);
    }

    private final PriorityQueue<SimEvent> queue = new PriorityQueue<>(1024);
    private final long seed;
    private final @Nullable Consumer<String> trace;
    private @Nullable Observer observer;
    private @Nullable String violation;
    private long now;
    private long spent;
    private long sequence;
    private long events;
    private long hash;

    /**
     * An empty world at time 0.
     *
     * @param seed decides everything
     * @param trace takes a line for everything that happens; null for no lines
     */
    public SimWorld(long seed, @Nullable Consumer<String> trace) {
        this.seed = seed;
        this.trace = trace;
        this.hash = SimRandom.mix(seed);
    }

    /**
     * Randomness for one concern.
     *
     * @param concern its name
     * @return a generator; asked for twice, the same numbers again
     */
    public SimRandom random(String concern) {
        return SimRandom.of(seed, concern);
    }

    void observer(Observer watcher) {
        this.observer = watcher;
    }

    /**
     * The time.
     *
     * @return nanoseconds since the world began, with what the running event has spent
     */
    public long now() {
        return now + spent;
    }

    /**
     * When the running event began: all that was planned for before has happened, of every stage.
     *
     * @return nanoseconds since the world began
     */
    long begun() {
        return now;
    }

    /**
     * Lets the running event take time, as a blocking call would: what it does from here on happens later.
     *
     * @param nanos how long
     */
    void spend(long nanos) {
        spent += nanos;
    }

    /**
     * Plans an event.
     *
     * @param at when; not before the running event
     * @param kind what it is
     * @param host of a node, or -1
     * @param detail what it is about, for the trace hash
     * @param process the event does not happen once this is dead; null for any
     * @param action what happens
     * @return the event
     */
    SimEvent plan(long at, Kind kind, int host, long detail, @Nullable SimProcess process, Runnable action) {
        SimEvent event = new SimEvent(Math.max(at, now), sequence++, kind, host, detail, process, action);
        queue.add(event);
        return event;
    }

    /**
     * Plans an event outside of any node.
     *
     * @param delay from now
     * @param kind what it is
     * @param detail what it is about, for the trace hash
     * @param action what happens
     */
    void planIn(long delay, Kind kind, long detail, Runnable action) {
        plan(now() + delay, kind, -1, detail, null, action);
    }

    /** Plans an event that could not happen at its time for now, behind all that were put off before it. */
    void resume(SimEvent event) {
        event.at = now;
        event.sequence = sequence++;
        queue.add(event);
    }

    /**
     * Lets the next event happen.
     *
     * @return false when there is none, or an invariant is broken
     */
    boolean step() {
        while (violation == null) {
            SimEvent event = queue.poll();
            if (event == null) {
                return false;
            }
            if (isDue(event)) {
                happen(event);
                return violation == null;
            }
        }
        return false;
    }

    private boolean isDue(SimEvent event) {
        SimProcess process = event.process;
        if (event.cancelled || (process != null && !process.isAlive())) {
            return false;
        }
        if (process != null && process.isPaused()) {
            process.defer(event);
            return false;
        }
        return true;
    }

    private void happen(SimEvent event) {
        now = event.at;
        spent = 0;
        events++;
        note(now);
        note(((long) event.kind.code << 32) | (event.host + 1));
        note(event.detail);
        event.action.run();
        if (observer != null) {
            observer.after(event);
        }
        // What was spent delays what this event planned, and nothing else: other stages ran meanwhile.
        spent = 0;
    }

    private void note(long value) {
        hash = SimRandom.mix(hash * 31 + value);
    }

    /**
     * Reports a broken invariant; the first one counts and ends the run.
     *
     * @param invariant its name
     * @param message what was seen
     */
    public void violated(String invariant, String message) {
        if (violation == null) {
            violation = invariant + ": " + message + " (at " + time(now()) + ", event " + events + ")";
            trace(-1, "VIOLATION " + violation);
        }
    }

    /** @return what was broken; null if nothing */
    public @Nullable String violation() {
        return violation;
    }

    /** @return how many events have happened */
    public long events() {
        return events;
    }

    /** @return 64 bits over all events so far: time, node, kind, content */
    public long hash() {
        return hash;
    }

    /** @return whether lines are wanted; ask before building one */
    public boolean isTraced() {
        return trace != null;
    }

    /**
     * Writes a line.
     *
     * @param host of a node, or -1
     * @param line what happened
     */
    public void trace(int host, String line) {
        if (trace != null) {
            trace.accept(time(now()) + (host < 0 ? "      " : "  n" + (host + 1) + "  ") + line);
        }
    }

    private static String time(long nanos) {
        long micros = nanos / 1000;
        String fraction = String.valueOf(1_000_000 + micros % 1_000_000).substring(1);
        return micros / 1_000_000 + "." + fraction;
    }
}
