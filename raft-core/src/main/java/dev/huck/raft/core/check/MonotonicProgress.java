package dev.huck.raft.core.check;

/**
 * In one run of a node, its term (Raft §5.1), its commit index (Raft §5.3, figure 2) and the base of its log (Raft §7) never
 * go back.
 */
public final class MonotonicProgress {
    private final Report report;
    private long term;
    private long commit;
    private long base;

    /**
     * A check of one run of one node.
     *
     * @param report told of violations
     */
    public MonotonicProgress(Report report) {
        this.report = report;
    }

    /**
     * Looks at the node.
     *
     * @param core its core
     */
    public void observe(CoreView core) {
        term = advanced("term", term, core.term(), core);
        commit = advanced("commit index", commit, core.commitIndex(), core);
        base = advanced("base", base, core.base().index(), core);
        if (core.commitIndex() > core.last().index()) {
            report.violated(
                    "monotonic progress",
                    "store " + core.storeId() + " commits " + core.commitIndex() + " and its log ends at "
                            + core.last());
        }
    }

    private long advanced(String what, long before, long after, CoreView core) {
        if (after < before) {
            report.violated(
                    "monotonic progress",
                    "the " + what + " of store " + core.storeId() + " went from " + before + " to " + after);
        }
        return after;
    }
}
