package dev.huck.raft.core.check;

import dev.huck.raft.core.consensus.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * The checks that need no more than one node, kept up by that node: after each turn of its loop, before anything of the
 * turn leaves it. A few comparisons a turn and one an entry, in memory that grows with the number of leaders alone. What
 * other nodes hold is not known here, and taken to be as they say.
 *
 * <p>Not thread-safe: the loop's.
 */
public final class OwnInvariants {
    /** Throws an {@link AssertionError}, which ends the node. */
    public static final Report THROW = (invariant, message) -> {
        throw new AssertionError("broken invariant, " + invariant + ": " + message);
    };

    private final CommittedLog committed = new CommittedLog();
    private final MonotonicProgress progress;
    private final LeaderAppendOnly appendOnly;
    private final ElectionSafety elections;
    private final LeaderCompleteness completeness;
    private final CommitSafety commits;
    private final CommittedKept kept;
    private final MembershipRules rules;
    private final VoteOncePerTerm votes;
    private long commit;
    private @Nullable Configuration configuration;

    /** Checks that throw an {@link AssertionError}, which ends the node. */
    public OwnInvariants() {
        this(THROW);
    }

    /**
     * Checks of one run of one node.
     *
     * @param report told of violations
     */
    public OwnInvariants(Report report) {
        this.progress = new MonotonicProgress(report);
        this.appendOnly = new LeaderAppendOnly(report);
        this.elections = new ElectionSafety(report);
        this.completeness = new LeaderCompleteness(report, committed);
        this.commits = new CommitSafety(report, (storeId, index, term) -> true, committed);
        this.kept = new CommittedKept(report, committed);
        this.rules = new MembershipRules(report);
        this.votes = new VoteOncePerTerm(report);
    }

    /**
     * Entries are about to be dropped from the log's end. To be told before {@link #after}.
     *
     * @param core the node's core
     * @param from the first of them
     */
    public void truncated(CoreView core, long from) {
        kept.truncated(core, from);
    }

    /**
     * The core has taken some steps.
     *
     * @param core the node's core
     */
    public void after(CoreView core) {
        progress.observe(core);
        appendOnly.observe(core);
        votes.observe(core);
        if (elections.observe(core)) {
            completeness.elected(core);
        }
        if (core.base().index() > committed.last()) {
            committed.restart(core.base());
            commit = core.base().index();
        }
        Configuration before = configuration == null ? core.configuration() : configuration;
        if (core.commitIndex() > commit) {
            commits.observe(core, commit, before);
            commit = core.commitIndex();
        }
        rules.observe(core, before);
        configuration = core.configuration();
    }
}
