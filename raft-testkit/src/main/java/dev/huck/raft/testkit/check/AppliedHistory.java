package dev.huck.raft.testkit.check;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * State-machine safety: every machine applies the same commands at the same positions, each once and in order (Raft
 * §5.4.3). The first machine to apply a position says what is right; each has a hash over all it ever applied, which
 * snapshots carry on, so that one command more or less shows for ever.
 */
public final class AppliedHistory {
    private final Report report;
    private final CommittedLog committed;
    private final Map<Long, Long> positions = new HashMap<>();
    private long[] position = new long[1024];
    private long[] state = new long[1024];
    private int size;

    /**
     * A check.
     *
     * @param report told of violations
     * @param committed what may be applied
     */
    public AppliedHistory(Report report, CommittedLog committed) {
        this.report = report;
        this.committed = committed;
    }

    /**
     * A place in the history as one number.
     *
     * @param index the entry
     * @param ordinal the command in it
     * @return ascends with both
     */
    public static long position(long index, int ordinal) {
        return (index << 16) + ordinal;
    }

    /**
     * A machine has applied a command.
     *
     * @param applied how many it has applied before, those in its snapshot included
     * @param at the command's position
     * @param command the command's id, unique among all
     * @param after hash over all that the machine has applied
     */
    public void applied(int applied, long at, long command, long after) {
        if (at >> 16 > committed.last()) {
            report.violated("apply only what is committed", "entry " + (at >> 16) + " is applied and not committed");
        }
        if (applied < size) {
            if (position[applied] != at || state[applied] != after) {
                report.violated(
                        "state machine safety",
                        "the command number " + applied + " is " + text(position[applied]) + " on one node and "
                                + text(at) + " on another, or their states differ");
            }
            return;
        }
        if (size > 0 && position[size - 1] >= at) {
            report.violated("state machine safety", text(at) + " is applied after " + text(position[size - 1]));
        }
        if (size == position.length) {
            position = Arrays.copyOf(position, 2 * size);
            state = Arrays.copyOf(state, 2 * size);
        }
        position[size] = at;
        state[size] = after;
        size++;
        if (positions.putIfAbsent(command, at) != null) {
            report.violated("state machine safety", "command " + command + " is applied twice");
        }
    }

    /**
     * A machine begins from a snapshot.
     *
     * @param applied how many commands it stands for
     * @param after hash over them
     */
    public void restored(int applied, long after) {
        if (applied > size || (applied > 0 && state[applied - 1] != after)) {
            report.violated("state machine safety", "a snapshot of " + applied + " commands holds another state");
        }
    }

    /**
     * Gives up what entries behind one did: nobody has them any more.
     *
     * @param through the last entry that stays
     */
    public void truncate(long through) {
        while (size > 0 && position[size - 1] >> 16 > through) {
            size--;
        }
        positions.values().removeIf(at -> at >> 16 > through);
    }

    /**
     * Where a command took effect.
     *
     * @param command its id
     * @return its position; 0 if it did not
     */
    public long positionOf(long command) {
        return positions.getOrDefault(command, 0L);
    }

    /** @return how many commands took effect */
    public int size() {
        return size;
    }

    private static String text(long at) {
        return "command " + (at & 0xffff) + " of entry " + (at >> 16);
    }
}
