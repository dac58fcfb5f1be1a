package dev.huck.raft.core.check;

/** A new leader's log has every entry that was committed in earlier terms (Raft §5.4). */
public final class LeaderCompleteness {
    private final Report report;
    private final CommittedLog committed;

    /**
     * A check.
     *
     * @param report told of violations
     * @param committed what is committed
     */
    public LeaderCompleteness(Report report, CommittedLog committed) {
        this.report = report;
        this.committed = committed;
    }

    /**
     * A node has become a leader.
     *
     * @param core its core
     */
    public void elected(CoreView core) {
        long index = committed.lastCommittedBefore(core.term());
        if (index <= core.base().index()) {
            return;
        }
        // By log matching, the last one stands for all before it.
        if (core.termAt(index) != committed.term(index)) {
            report.violated(
                    "leader completeness",
                    "store " + core.storeId() + " leads term " + core.term() + " without committed entry " + index
                            + " of term " + committed.term(index) + "; its log ends at " + core.last());
        }
    }
}
