package dev.huck.raft.testkit.check;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.check.CoreView;
import dev.huck.raft.core.check.Report;

/**
 * While a node would answer reads without asking anybody, nobody leads a later term: a lease ends before those on whose
 * word it rests help to elect another leader (dissertation §6.4.1). Seen at the leaders themselves, so it needs no client
 * that reads at that very moment. Only where clocks keep to the bound.
 */
public final class LeaseSafety {
    private final Report report;
    private long newest;

    /**
     * A check.
     *
     * @param report told of violations
     */
    public LeaseSafety(Report report) {
        this.report = report;
    }

    /**
     * Looks at a node, in which something has happened or while somebody has just been elected.
     *
     * @param core the node's core
     * @param now monotonic nanoseconds of the node's own clock
     */
    public void observe(CoreView core, long now) {
        if (core.role() != Role.LEADER) {
            return;
        }
        newest = Math.max(newest, core.term());
        if (core.term() < newest && core.hasLease(now)) {
            report.violated(
                    "a lease ends before the next election",
                    "store " + core.storeId() + " has a lease in term " + core.term() + ", and term " + newest
                            + " has a leader");
        }
    }
}
