package dev.huck.raft.testkit.sim;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The door through which every I/O operation of a process goes, so that the process can die at any of them: before it
 * took effect, in the middle, or after.
 */
final class IoGate {
    /** Where in an operation the process dies. */
    enum Where {
        BEFORE,
        INSIDE,
        AFTER;

        static Where draw(SimRandom random) {
            return switch (random.nextInt(3)) {
                case 0 -> BEFORE;
                case 1 -> INSIDE;
                default -> AFTER;
            };
        }
    }

    /** What is synced. */
    enum Device {
        LOG,
        FILE
    }

    private final Runnable die;
    private boolean dead;
    private long operations;
    private long forces;
    private long fatalForce = -1;
    private long fatal = -1;
    private Where where = Where.BEFORE;
    /** Dies before the sync of the other one, if this one was synced in the same event; null for never. */
    private @Nullable Device fatalFirst;

    private LongSupplier event = () -> 0;
    private @Nullable Device synced;
    private long syncedIn;
    private boolean diedBetween;

    /**
     * A gate.
     *
     * @param die marks the process dead
     */
    IoGate(Runnable die) {
        this.die = die;
    }

    /**
     * Arms the gate.
     *
     * @param count dies at this operation from now, 1 being the next
     * @param place where in it
     */
    void arm(int count, Where place) {
        fatal = operations + count;
        where = place;
    }

    /**
     * Arms the gate for the moment when something is written and not yet on the disk.
     *
     * @param count dies before this sync from now takes effect, 1 being the next
     */
    void armForce(int count) {
        fatalForce = forces + count;
    }

    /**
     * Arms the gate for a write in two durable steps: dies when the first has come to its end and the second has not.
     *
     * @param first what is synced first; then the other one, in the same event
     * @param number of the event at hand
     */
    void armBetween(Device first, LongSupplier number) {
        fatalFirst = first;
        event = number;
        synced = null;
    }

    /** Lets the process live on, whatever is synced in whichever order. */
    void disarmBetween() {
        fatalFirst = null;
    }

    /** Whether it has died there: only what came second may be lost. */
    boolean diedBetween() {
        return diedBetween;
    }

    /** Lets the process live on. */
    void disarm() {
        disarmBetween();
        if (!dead) {
            fatal = -1;
            fatalForce = -1;
        }
    }

    /** From now on every operation throws. */
    void shut() {
        dead = true;
    }

    /**
     * Begins an operation.
     *
     * @return true if it is to be cut in the middle: apply a part of it, then call {@link #crash}
     */
    boolean enter() {
        if (dead) {
            throw new SimulatedCrash();
        }
        operations++;
        if (operations != fatal || where == Where.AFTER) {
            return false;
        }
        if (where == Where.BEFORE) {
            throw crash();
        }
        return true;
    }

    /** Begins an operation that waits for the disk; atomic, so in the middle of it is before it. */
    void enterForce(Device device) {
        forces++;
        if (fatalFirst != null) {
            if (device != fatalFirst && synced == fatalFirst && syncedIn == event.getAsLong() && !dead) {
                diedBetween = true;
                throw crash();
            }
            synced = device;
            syncedIn = event.getAsLong();
        }
        if (enter() || forces == fatalForce) {
            throw crash();
        }
    }

    /** Ends an operation that took effect. */
    void leave() {
        if (operations == fatal) {
            throw crash();
        }
    }

    /**
     * Kills the process.
     *
     * @return to be thrown
     */
    SimulatedCrash crash() {
        dead = true;
        die.run();
        return new SimulatedCrash();
    }
}
