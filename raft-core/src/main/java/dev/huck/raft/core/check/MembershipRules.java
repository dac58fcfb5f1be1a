package dev.huck.raft.core.check;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Member;

/**
 * How leaders change the membership (Raft §6; dissertation §4): one change at a time, none before an entry of the own term
 * is committed, and nobody leads who was removed.
 */
public final class MembershipRules {
    private final Report report;

    /**
     * A check.
     *
     * @param report told of violations
     */
    public MembershipRules(Report report) {
        this.report = report;
    }

    /**
     * A node took a step.
     *
     * @param core the node's core
     * @param before the configuration that was in force on it before the step
     */
    public void observe(CoreView core, Configuration before) {
        if (core.role() != Role.LEADER) {
            return;
        }
        Configuration inForce = core.configuration();
        Member self = inForce.member(core.storeId());
        boolean votes = self != null && self.votesInNew();
        if (!votes && inForce.index() <= core.commitIndex() && !inForce.isJoint()) {
            report.violated(
                    "a removed leader goes",
                    "store " + core.storeId() + " leads term " + core.term() + " although " + inForce
                            + " is committed, in which it does not vote");
        }
        if (inForce.index() > before.index() && core.termAt(inForce.index()) == core.term()) {
            changed(core, before, inForce);
        }
    }

    private void changed(CoreView core, Configuration before, Configuration inForce) {
        if (core.termAt(core.commitIndex()) != core.term()) {
            report.violated(
                    "no change before an own entry",
                    "store " + core.storeId() + " changes the membership in term " + core.term()
                            + ", of which nothing is committed yet");
        }
        if (before.index() > core.commitIndex()) {
            report.violated(
                    "one change at a time",
                    "store " + core.storeId() + " changes the membership at " + inForce.index() + " while "
                            + before.index() + " is not committed");
        }
    }
}
