package dev.huck.raft.core.check;

import dev.huck.raft.api.spi.LogEntry;

/** No node drops a committed entry from the end of its log: once committed, it is in every later leader's (Raft §5.4). */
public final class CommittedKept {
    private final Report report;
    private final CommittedLog committed;

    /**
     * A check.
     *
     * @param report told of violations
     * @param committed what is committed
     */
    public CommittedKept(Report report, CommittedLog committed) {
        this.report = report;
        this.committed = committed;
    }

    /**
     * A node drops an entry.
     *
     * @param entry the entry
     */
    public void dropped(LogEntry entry) {
        if (entry.index() <= committed.last() && committed.term(entry.index()) == entry.term()) {
            report.violated(
                    "committed entries stay",
                    "committed entry " + entry.index() + " of term " + entry.term() + " is dropped by a node");
        }
    }

    /**
     * A node drops the end of its log.
     *
     * @param core its core
     * @param from the first entry that it drops
     */
    public void truncated(CoreView core, long from) {
        if (from <= committed.last()) {
            report.violated(
                    "committed entries stay",
                    "store " + core.storeId() + " drops what is behind " + (from - 1) + ", and knows of "
                            + committed.last() + " that it is committed");
        }
    }
}
