package dev.huck.raft.testkit.check;

import dev.huck.raft.core.check.Report;
import dev.huck.raft.testkit.check.ClientOperation.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Every answer is what replaying the log up to its position gives: reads return a committed state and nothing else, at
 * every consistency (Raft §8; dissertation §6.4).
 */
public final class ReadValues {
    private final Report report;
    private final AppliedHistory applied;

    /**
     * A check.
     *
     * @param report told of violations
     * @param applied where writes took effect
     */
    public ReadValues(Report report, AppliedHistory applied) {
        this.report = report;
        this.applied = applied;
    }

    private record At(long position, ClientOperation operation) {}

    /**
     * Checks a whole history.
     *
     * @param operations all operations
     */
    public void check(List<ClientOperation> operations) {
        List<At> ordered = new ArrayList<>();
        for (ClientOperation operation : operations) {
            long position = operation.isWrite() ? applied.positionOf(operation.id) : operation.position;
            if (position > 0 || (operation.outcome == Outcome.DONE && !operation.isWrite())) {
                ordered.add(new At(position, operation));
            }
        }
        // A read comes behind the write whose state it shows.
        ordered.sort(Comparator.comparingLong(At::position).thenComparing(at -> !at.operation.isWrite()));
        Map<Integer, Long> values = new HashMap<>();
        for (At at : ordered) {
            ClientOperation operation = at.operation;
            long value = operation.kind.apply(values.getOrDefault(operation.key, 0L), operation.id);
            values.put(operation.key, value);
            if (operation.outcome == Outcome.DONE && operation.value != value) {
                report.violated("values", operation + " should have returned " + Long.toHexString(value));
            }
        }
    }
}
