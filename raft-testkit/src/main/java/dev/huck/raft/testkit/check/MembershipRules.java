package dev.huck.raft.testkit.check;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Member.Voting;
import java.util.ArrayDeque;
import java.util.function.LongUnaryOperator;

/**
 * How leaders change the membership (Raft §6; dissertation §4): one change at a time, none before an entry of the own term
 * is committed, nobody leads who was removed, and nobody votes who has not caught up.
 */
public final class MembershipRules {
    private final Report report;
    private final CommittedLog committed;
    private final LongUnaryOperator lastHeld;
    private final long patienceNanos;
    /** Time and what was committed then, the oldest that still matters first. */
    private final ArrayDeque<long[]> past = new ArrayDeque<>();

    /**
     * A check.
     *
     * @param report told of violations
     * @param committed what is committed
     * @param lastHeld the last entry that a store holds
     * @param patienceNanos how old may be what a promoted member lacks
     */
    public MembershipRules(Report report, CommittedLog committed, LongUnaryOperator lastHeld, long patienceNanos) {
        this.report = report;
        this.committed = committed;
        this.lastHeld = lastHeld;
        this.patienceNanos = patienceNanos;
    }

    /**
     * A node took a step.
     *
     * @param now nanoseconds of any clock that is the same for all nodes
     * @param core the node's core
     * @param before the configuration that was in force on it before the step
     */
    public void observe(long now, CoreView core, Configuration before) {
        if (past.isEmpty() || past.getLast()[1] < committed.last()) {
            past.addLast(new long[] {now, committed.last()});
        }
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
            changed(now, core, before, inForce);
        }
    }

    private void changed(long now, CoreView core, Configuration before, Configuration inForce) {
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
        while (past.size() > 1 && secondTime() <= now - patienceNanos) {
            past.removeFirst();
        }
        long[] then = past.peekFirst();
        if (then == null || then[0] > now - patienceNanos) {
            return;
        }
        for (Member member : inForce.members()) {
            Member was = before.member(member.storeId());
            if (member.voting() == Voting.INCOMING
                    && (was == null || was.voting() != Voting.INCOMING)
                    && lastHeld.applyAsLong(member.storeId()) < then[1]) {
                report.violated(
                        "who votes has caught up",
                        "store " + member.storeId() + " is to vote and holds nothing behind "
                                + lastHeld.applyAsLong(member.storeId()) + ", while " + then[1]
                                + " was committed long ago");
            }
        }
    }

    private long secondTime() {
        int seen = 0;
        for (long[] moment : past) {
            if (++seen == 2) {
                return moment[0];
            }
        }
        throw new IllegalStateException("there is no second");
    }
}
