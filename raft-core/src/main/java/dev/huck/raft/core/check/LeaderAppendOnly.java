package dev.huck.raft.core.check;

import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogPosition;

/** While a node leads a term it only appends to its log: it neither overwrites nor drops an entry (Raft §5.3, figure 3). */
public final class LeaderAppendOnly {
    private final Report report;
    private long led;
    private LogPosition last = LogPosition.START;

    /**
     * A check of one run of one node.
     *
     * @param report told of violations
     */
    public LeaderAppendOnly(Report report) {
        this.report = report;
    }

    /**
     * Looks at the node.
     *
     * @param core its core
     */
    public void observe(CoreView core) {
        if (core.role() != Role.LEADER) {
            led = 0;
            return;
        }
        LogPosition now = core.last();
        if (led == core.term()
                && (now.index() < last.index()
                        || (last.index() > core.base().index() && core.termAt(last.index()) != last.term()))) {
            report.violated(
                    "leader append-only",
                    "store " + core.storeId() + " leads term " + led + ", its log ended at " + last
                            + " and now ends at " + now);
        }
        led = core.term();
        last = now;
    }
}
