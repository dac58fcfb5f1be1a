package dev.huck.raft.testkit.check;

import dev.huck.raft.core.check.Report;
import java.util.ArrayDeque;

/**
 * What a power cut may take at {@code medium}: no entry stays unsynced for longer than a second and one sync, on a disk and
 * in a process that do not stand still (the promise is this project's own; see its page on durability). One log's.
 */
public final class SyncWindow {
    private final Report report;
    private final String where;
    private final long mostNanos;
    /** When the log was first seen to end there, and where, for ends that are not synced. */
    private final ArrayDeque<long[]> ends = new ArrayDeque<>();

    /**
     * A check.
     *
     * @param report told of violations
     * @param where what the log is called
     * @param mostNanos how long an entry may stay unsynced
     */
    public SyncWindow(Report report, String where, long mostNanos) {
        this.report = report;
        this.where = where;
        this.mostNanos = mostNanos;
    }

    /**
     * Looks at the log.
     *
     * @param now nanoseconds of any clock
     * @param last index of the last entry
     * @param synced index of the last entry that a power cut would leave
     */
    public void observe(long now, long last, long synced) {
        while (!ends.isEmpty() && ends.getLast()[1] > last) {
            ends.removeLast(); // truncated
        }
        while (!ends.isEmpty() && ends.getFirst()[1] <= synced) {
            ends.removeFirst();
        }
        if (last > synced && (ends.isEmpty() || ends.getLast()[1] < last)) {
            ends.addLast(new long[] {now, last});
        }
        if (!ends.isEmpty() && now - ends.getFirst()[0] > mostNanos) {
            report.violated(
                    "a power cut takes little",
                    where + " has not synced entry " + ends.getFirst()[1] + " for "
                            + (now - ends.getFirst()[0]) / 1_000_000 + " ms");
        }
    }
}
