package dev.huck.raft.testkit.check;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Every replica of a machine gives the same result to the same command at the same place of the log, however often it is
 * applied, and holds the same state behind it (Raft §5.4.3). The first replica says what is right; which of two that
 * differ is wrong, only a person can tell.
 */
public final class ReplicaAgreement {
    private static final int SHOWN = 120;

    private final Report report;
    private final Map<Long, Seen> results = new HashMap<>();
    private final Map<Long, State> states = new HashMap<>();
    private long last;

    private record Seen(String who, String command, String result) {}

    private record State(String who, byte[] bytes) {}

    /**
     * A check.
     *
     * @param report told of violations
     */
    public ReplicaAgreement(Report report) {
        this.report = report;
    }

    /** @return the last position at which any replica applied a command, as {@link AppliedHistory#position} gives it */
    public long last() {
        return last;
    }

    /**
     * A replica has applied a command.
     *
     * @param who the replica
     * @param position where, as {@link AppliedHistory#position} gives it
     * @param command the command
     * @param result its result
     */
    public void applied(String who, long position, String command, String result) {
        last = Math.max(last, position);
        Seen first = results.putIfAbsent(position, new Seen(who, command, result));
        if (first != null && !first.result.equals(result)) {
            report.violated(
                    "replicas agree",
                    "at index " + (position >> 16) + " '" + shown(command) + "' gives " + shown(first.result) + " on "
                            + first.who + " and " + shown(result) + " on " + who
                            + (who.equals(first.who) ? " when it is applied again" : ""));
        }
    }

    /**
     * A replica's state was written out.
     *
     * @param who the replica
     * @param position the last command that it contains
     * @param bytes the state
     */
    public void state(String who, long position, byte[] bytes) {
        State first = states.putIfAbsent(position, new State(who, bytes));
        if (first == null) {
            return;
        }
        int at = Arrays.mismatch(first.bytes, bytes);
        if (at >= 0) {
            report.violated(
                    "replicas agree",
                    "behind index " + (position >> 16) + " the state of " + first.who + " and of " + who
                            + " differ, from byte " + at + " of their snapshots on");
        }
    }

    private static String shown(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }
}
