package dev.huck.raft.core.check;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.Configuration;

/**
 * What any node commits is committed for all: the same entry at each index, and when it is first seen committed, a quorum
 * of the configuration in force holds it durably (Raft §5.3). A leader commits earlier terms' entries only by one of its
 * own (Raft §5.4.2, figure 8): what breaks without that takes five elections in the right order, so the rule itself is
 * checked.
 */
public final class CommitSafety {
    /** Knows what a power cut would leave. */
    public interface Disks {
        /**
         * Whether a store holds an entry durably.
         *
         * @param storeId the store
         * @param index the entry
         * @param term its term
         * @return true if it would still be there, in the log or in a snapshot, after a power cut now
         */
        boolean hold(long storeId, long index, long term);
    }

    private final Report report;
    private final Disks disks;
    private final CommittedLog committed;

    /**
     * A check.
     *
     * @param report told of violations
     * @param disks all disks
     * @param committed grows with what is seen
     */
    public CommitSafety(Report report, Disks disks, CommittedLog committed) {
        this.report = report;
        this.disks = disks;
        this.committed = committed;
    }

    /**
     * A node's commit index may have moved.
     *
     * @param core the node's core
     * @param from its commit index when it was looked at before
     * @param before the configuration that was in force then: one step may commit under it and then change it
     */
    public void observe(CoreView core, long from, Configuration before) {
        if (core.role() == Role.LEADER && core.commitIndex() > from && core.termAt(core.commitIndex()) != core.term()) {
            report.violated(
                    "commit by the own term",
                    "store " + core.storeId() + ", which leads term " + core.term() + ", commits entry "
                            + core.commitIndex() + " of term " + core.termAt(core.commitIndex())
                            + " without one of its own term behind it");
        }
        for (long index = Math.max(from, core.base().index()) + 1; index <= core.commitIndex(); index++) {
            long term = core.termAt(index);
            if (index <= committed.last()) {
                compare(core, index, term);
            } else {
                commit(core, index, term, before);
            }
        }
        if (core.base().index() > committed.last()) {
            report.violated(
                    "commit safety",
                    "store " + core.storeId() + " has a snapshot of " + core.base() + ", but only " + committed.last()
                            + " is committed");
        } else if (core.base().index() > from) {
            compare(core, core.base().index(), core.base().term());
        }
    }

    private void compare(CoreView core, long index, long term) {
        if (committed.term(index) != term) {
            report.violated(
                    "committed entries stay",
                    "entry " + index + " was committed with term " + committed.term(index) + ", and store "
                            + core.storeId() + " commits it with term " + term);
        }
    }

    private void commit(CoreView core, long index, long term, Configuration before) {
        Configuration now = core.configuration();
        if (!isHeld(now, index, term) && !isHeld(before, index, term)) {
            report.violated(
                    "commit needs a quorum",
                    "store " + core.storeId() + " in term " + core.term() + " commits entry " + index + " of term "
                            + term + ", which no quorum of " + now + " holds durably");
        }
        committed.add(term, core.term());
    }

    private boolean isHeld(Configuration configuration, long index, long term) {
        return Quorums.isQuorum(configuration, storeId -> disks.hold(storeId, index, term));
    }
}
