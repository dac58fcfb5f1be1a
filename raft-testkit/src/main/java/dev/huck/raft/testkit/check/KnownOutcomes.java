package dev.huck.raft.testkit.check;

import dev.huck.raft.core.check.Report;
import dev.huck.raft.testkit.check.ClientOperation.Outcome;
import java.util.List;

/**
 * What a client was told is so: an acknowledged write is in the log, at that place; a refused one never is (Raft §8;
 * dissertation §6.3).
 */
public final class KnownOutcomes {
    private final Report report;
    private final AppliedHistory applied;

    /**
     * A check.
     *
     * @param report told of violations
     * @param applied where writes took effect
     */
    public KnownOutcomes(Report report, AppliedHistory applied) {
        this.report = report;
        this.applied = applied;
    }

    /**
     * Checks a whole history, once every machine has applied all there is.
     *
     * @param operations all operations
     */
    public void check(List<ClientOperation> operations) {
        for (ClientOperation operation : operations) {
            if (!operation.isWrite()) {
                continue;
            }
            long position = applied.positionOf(operation.id);
            if (operation.outcome == Outcome.DONE && position != operation.position) {
                report.violated("acknowledged is never lost", operation + " is in the log at position " + position);
            }
            if (operation.outcome == Outcome.FAILED && position == 0) {
                report.violated("acknowledged is never lost", operation + " is not in the log");
            }
            if (operation.outcome == Outcome.REFUSED && position != 0) {
                report.violated("refused never happens", operation + " is in the log at position " + position);
            }
        }
    }
}
