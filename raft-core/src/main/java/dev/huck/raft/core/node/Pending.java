package dev.huck.raft.core.node;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Clients' operations between the core's acceptance and their outcome. A write that was proposed stays here, whoever leads
 * meanwhile, until its entry is applied, is overwritten, or its time is up; only then is it answered. Loop stage only.
 */
final class Pending {
    private final Map<Long, Batch> handed = new HashMap<>();
    private final ArrayDeque<Proposed> proposed = new ArrayDeque<>();
    private long numbers;

    private record Batch(List<Operation> operations, long deadline) {}

    private record Proposed(LogPosition position, List<Operation> operations, long deadline) {}

    /** Remembers operations that go to the core. */
    long hand(List<Operation> operations, long deadline) {
        handed.put(++numbers, new Batch(operations, deadline));
        return numbers;
    }

    /** Forgets a batch whose outcome is known; null if its time was up before. */
    @Nullable
    List<Operation> take(long batch) {
        Batch found = handed.remove(batch);
        return found == null ? null : found.operations;
    }

    void proposed(long batch, LogPosition position) {
        Batch found = handed.remove(batch);
        if (found != null) {
            proposed.addLast(new Proposed(position, found.operations, found.deadline));
        }
    }

    /** The operations of an entry that is committed, by ordinal; null if it was proposed elsewhere. */
    Operation @Nullable [] committed(LogEntry entry, List<Operation> lost) {
        Operation[] found = null;
        while (!proposed.isEmpty() && proposed.getFirst().position.index() <= entry.index()) {
            Proposed first = proposed.removeFirst();
            if (first.position.index() == entry.index() && first.position.term() == entry.term()) {
                found = first.operations.toArray(new Operation[0]);
            } else {
                lost.addAll(first.operations);
            }
        }
        return found;
    }

    /** The entries from an index on are overwritten here; they may still live elsewhere. */
    List<Operation> overwritten(long from) {
        List<Operation> lost = new ArrayList<>();
        while (!proposed.isEmpty() && proposed.getLast().position.index() >= from) {
            lost.addAll(0, proposed.removeLast().operations);
        }
        return lost;
    }

    /** Those whose time is up: writes whose outcome is not known. */
    List<Operation> overdueWrites(long now) {
        List<Operation> overdue = new ArrayList<>();
        while (!proposed.isEmpty() && now - proposed.getFirst().deadline > 0) {
            overdue.addAll(proposed.removeFirst().operations);
        }
        return overdue;
    }

    /** Those whose time is up: reads that could not be confirmed. */
    List<Operation> overdueReads(long now) {
        List<Operation> overdue = new ArrayList<>();
        handed.values().removeIf(batch -> {
            boolean late = now - batch.deadline > 0;
            if (late) {
                overdue.addAll(batch.operations);
            }
            return late;
        });
        return overdue;
    }

    /** All that were handed to the core and have no outcome yet. */
    List<Operation> undecided() {
        List<Operation> undecided = new ArrayList<>();
        handed.values().forEach(batch -> undecided.addAll(batch.operations));
        handed.clear();
        return undecided;
    }

    boolean isEmpty() {
        return handed.isEmpty() && proposed.isEmpty();
    }
}
