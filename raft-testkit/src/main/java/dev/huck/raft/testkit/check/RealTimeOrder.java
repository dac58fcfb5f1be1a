package dev.huck.raft.testkit.check;

import dev.huck.raft.api.Consistency;
import dev.huck.raft.core.check.Report;
import java.util.Map;
import java.util.TreeMap;

/**
 * What began after something was answered takes effect behind it; a read that may be stale is as new as it was bound to be.
 * The machine's replies say where they took effect, so this needs no search; it sees a stale read even if the value happens
 * to be right. Linearizability (Raft §8; dissertation §6.3, for reads §6.4).
 */
public final class RealTimeOrder {
    private final Report report;
    /** Since when this was the highest that any client had been shown. */
    private final TreeMap<Long, Long> history = new TreeMap<>();

    private long shown;

    /**
     * A check.
     *
     * @param report told of violations
     */
    public RealTimeOrder(Report report) {
        this.report = report;
    }

    /** @return the highest position that any client was shown */
    public long shown() {
        return shown;
    }

    /**
     * What an operation that begins now must see.
     *
     * @param consistency how it reads; {@code HIGH} for a write
     * @param since for a read at {@code LOW} with a bound: all that had been shown by then must be seen; below 0 for none
     * @param minIndex all of the log up to here must be seen
     * @return the position
     */
    public long floor(Consistency consistency, long since, long minIndex) {
        if (consistency != Consistency.LOW) {
            return shown;
        }
        Map.Entry<Long, Long> then = since < 0 ? null : history.floorEntry(since);
        return Math.max(then == null ? 0 : then.getValue(), AppliedHistory.position(minIndex, 0));
    }

    /**
     * A client got its answer.
     *
     * @param operation what it had asked; its floor is from {@link #floor}
     */
    public void answered(ClientOperation operation) {
        // A write has a place of its own; a read may show the same state as another.
        long least = operation.isWrite() ? operation.floor + 1 : operation.floor;
        if (operation.position < least) {
            report.violated(
                    operation.consistency == Consistency.LOW ? "staleness" : "linearizability",
                    operation + " began when " + (operation.floor >> 16) + "." + (operation.floor & 0xffff)
                            + " had to be seen");
        }
        if (operation.position > shown) {
            shown = operation.position;
            history.put(operation.returned, shown);
        }
    }
}
