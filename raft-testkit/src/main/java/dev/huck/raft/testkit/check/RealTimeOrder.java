package dev.huck.raft.testkit.check;

import dev.huck.raft.api.Consistency;

/**
 * What began after something was answered takes effect behind it. The machine's replies say where they took effect, so
 * this needs no search; it sees a stale read even if the value happens to be right.
 */
public final class RealTimeOrder {
    private final Report report;
    private final boolean linearizable;
    private long shown;

    /**
     * A check.
     *
     * @param report told of violations
     * @param consistency what reads promise
     */
    public RealTimeOrder(Report report, Consistency consistency) {
        this.report = report;
        this.linearizable = consistency != Consistency.LOW;
    }

    /** @return the highest position that any client was shown; for the next operation's floor */
    public long shown() {
        return shown;
    }

    /**
     * A client got its answer.
     *
     * @param operation what it had asked
     */
    public void answered(ClientOperation operation) {
        boolean ordered = linearizable || operation.isWrite();
        // A write has a place of its own; a read may show the same state as another.
        long least = operation.isWrite() ? operation.floor + 1 : operation.floor;
        if (ordered && operation.position < least) {
            report.violated(
                    "linearizability",
                    operation + " began when " + (operation.floor >> 16) + "." + (operation.floor & 0xffff)
                            + " had been shown to a client");
        }
        shown = Math.max(shown, operation.position);
    }
}
