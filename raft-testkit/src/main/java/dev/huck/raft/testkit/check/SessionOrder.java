package dev.huck.raft.testkit.check;

import dev.huck.raft.core.check.Report;
import dev.huck.raft.testkit.check.ClientOperation.Outcome;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Commands of one connection take effect in the order in which they were sent: each sees all earlier ones that were
 * accepted, and none sees a later one, not even a later one of unknown outcome. Holds at every consistency.
 * More than the paper asks, whose clients have one command under way at a time (Raft §8; dissertation §6.3).
 */
public final class SessionOrder {
    private final Report report;
    private final AppliedHistory applied;

    /**
     * A check.
     *
     * @param report told of violations
     * @param applied where writes took effect
     */
    public SessionOrder(Report report, AppliedHistory applied) {
        this.report = report;
        this.applied = applied;
    }

    /**
     * Checks a whole history.
     *
     * @param operations all operations, those of one connection in the order in which they were sent
     */
    public void check(List<ClientOperation> operations) {
        Map<Integer, ClientOperation> latest = new HashMap<>();
        Map<Integer, Long> written = new HashMap<>();
        for (ClientOperation operation : operations) {
            long position = operation.isWrite() ? applied.positionOf(operation.id) : operation.position;
            boolean done = operation.outcome == Outcome.DONE;
            if (position == 0 && !done) {
                continue;
            }
            ClientOperation before = latest.get(operation.connection);
            long least = before == null ? 0 : operation.isWrite() ? before.position + 1 : before.position;
            if (operation.isWrite()) {
                // Also those of which the client does not know whether they took effect.
                Long earlier = written.put(operation.connection, position);
                least = earlier == null ? least : Math.max(least, earlier + 1);
            }
            if (position < least) {
                report.violated("order of a connection", operation + " comes after " + before);
            }
            if (done) {
                latest.put(operation.connection, operation);
            }
        }
    }
}
