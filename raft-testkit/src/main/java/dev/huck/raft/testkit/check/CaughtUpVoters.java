package dev.huck.raft.testkit.check;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.check.CommittedLog;
import dev.huck.raft.core.check.CoreView;
import dev.huck.raft.core.check.Report;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Member.Voting;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.LongUnaryOperator;

/** Nobody is given a vote who has not caught up (dissertation §4.2.1): the commit index would wait for him. */
public final class CaughtUpVoters {
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
    public CaughtUpVoters(Report report, CommittedLog committed, LongUnaryOperator lastHeld, long patienceNanos) {
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
        while (!past.isEmpty() && past.getLast()[1] > committed.last()) {
            past.removeLast(); // A rack that lost power has taken it, as it may below HIGH.
        }
        if (past.isEmpty() || past.getLast()[1] < committed.last()) {
            past.addLast(new long[] {now, committed.last()});
        }
        Configuration inForce = core.configuration();
        if (core.role() == Role.LEADER
                && inForce.index() > before.index()
                && core.termAt(inForce.index()) == core.term()) {
            changed(now, before, inForce);
        }
    }

    private void changed(long now, Configuration before, Configuration inForce) {
        while (past.size() > 1 && second()[0] <= now - patienceNanos) {
            past.removeFirst();
        }
        long[] then = past.getFirst();
        if (then[0] > now - patienceNanos) {
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

    private long[] second() {
        Iterator<long[]> moments = past.iterator();
        moments.next();
        return moments.next();
    }
}
