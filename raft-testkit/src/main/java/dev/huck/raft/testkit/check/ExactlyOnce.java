package dev.huck.raft.testkit.check;

import dev.huck.raft.core.check.Report;
import dev.huck.raft.testkit.check.ClientOperation.Outcome;
import java.util.List;

/**
 * Commands of a client session take effect in the order of their numbers, each once and none before those in front of it,
 * whatever is sent again and where (dissertation §6.3). What was acknowledged took effect, and so did all before it; of
 * what is not, at most what the client still asked for. That none takes effect twice is seen by {@link AppliedHistory} at
 * once, and that a repeated reply is the first one by {@link KnownOutcomes} and {@link ReadValues}.
 */
public final class ExactlyOnce {
    private final Report report;
    private final AppliedHistory applied;

    /**
     * A check.
     *
     * @param report told of violations
     * @param applied where writes took effect
     */
    public ExactlyOnce(Report report, AppliedHistory applied) {
        this.report = report;
        this.applied = applied;
    }

    /**
     * Checks one session, once every machine has applied all there is.
     *
     * @param numbered its writes: the first has number 1
     */
    public void check(List<ClientOperation> numbered) {
        ClientOperation missing = null;
        long last = 0;
        for (ClientOperation operation : numbered) {
            long position = applied.positionOf(operation.id);
            if (position == 0) {
                if (operation.outcome == Outcome.DONE) {
                    report.violated("exactly once", operation + " was acknowledged and is not in the log");
                }
                missing = missing == null ? operation : missing;
                continue;
            }
            if (missing != null) {
                report.violated("exactly once", operation + " took effect and " + missing + " before it did not");
            }
            if (operation.outcome == Outcome.REFUSED) {
                report.violated("exactly once", operation + " took effect and was refused");
            }
            if (position <= last) {
                report.violated("exactly once", operation + " took effect before one with a lower number");
            }
            last = position;
        }
    }
}
