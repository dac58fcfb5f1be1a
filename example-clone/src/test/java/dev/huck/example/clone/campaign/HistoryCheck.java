package dev.huck.example.clone.campaign;

import dev.huck.example.clone.campaign.Call.Kind;
import dev.huck.example.clone.campaign.Call.Outcome;
import dev.huck.raft.testkit.linear.Linearizability;
import dev.huck.raft.testkit.linear.Linearizability.Verdict;
import dev.huck.raft.testkit.linear.Operation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Judges what clients saw, key by key. Whether a key's history is linearizable is searched; what is lost and which reads are
 * stale is counted besides, by rules that need no search and say more to a reader.
 *
 * <p>The history begins with no key, and ends with a read of every key behind everything else. A key is only set, only
 * counted up or only appended to, and what is set or appended is unique.
 */
final class HistoryCheck {
    private static final long MOST_STEPS = 20_000_000;

    private final Map<String, List<Call>> byKey;
    private long lost;
    private int stale;
    private final List<String> violations = new ArrayList<>();

    private HistoryCheck(List<Call> history) {
        byKey = history.stream().collect(Collectors.groupingBy(Call::key, TreeMap::new, Collectors.toList()));
    }

    /**
     * What was found.
     *
     * @param lost writes that were acknowledged and are not there in the end
     * @param stale reads that miss what was acknowledged before they were called
     * @param violations in words; one at least if anything is wrong
     */
    record Findings(long lost, int stale, List<String> violations) {}

    static Findings check(List<Call> history) {
        HistoryCheck check = new HistoryCheck(history);
        check.byKey.forEach(check::check);
        return new Findings(check.lost, check.stale, check.violations);
    }

    private void check(String key, List<Call> calls) {
        List<Call> reads = calls.stream()
                .filter(Call::isRead)
                .sorted(Comparator.comparingLong(Call::called))
                .toList();
        List<Call> writes = calls.stream().filter(Call::isAcknowledgedWrite).toList();
        Call last = reads.isEmpty() ? null : reads.get(reads.size() - 1);
        if (last == null || writes.stream().anyMatch(write -> write.returned() > last.called())) {
            violations.add(key + ": is not read in the end");
            return;
        }
        boolean counted = calls.stream().anyMatch(call -> call.kind() == Kind.INCR);
        long lostHere = counted
                ? Math.max(0, writes.size() - number(last.output()))
                : writes.stream().filter(write -> misses(last, write, calls)).count();
        if (lostHere > 0) {
            violations.add(key + ": " + lostHere + " acknowledged writes are lost; the last read is " + last);
            lost += lostHere;
        }
        // Which increment a counter has lost nobody knows, so it can't tell stale reads from that.
        if (!counted || lostHere == 0) {
            checkReads(key, reads.subList(0, reads.size() - 1), last, writes, calls);
        }
        Verdict verdict = Linearizability.check(
                calls.stream().map(HistoryCheck::operation).toList(), new KeyModel(), MOST_STEPS);
        if (verdict != Verdict.LINEARIZABLE) {
            violations.add(key + ": " + verdict + ", " + calls.size() + " calls");
        }
    }

    private void checkReads(String key, List<Call> reads, Call last, List<Call> writes, List<Call> calls) {
        int staleHere = 0;
        for (Call read : reads) {
            Call missed = missed(read, writes, calls);
            // What is never seen again is lost, and no stale read.
            if (missed != null && !misses(last, missed, calls) && staleHere++ == 0) {
                violations.add(key + ": stale read " + read + " misses " + missed);
            }
        }
        stale += staleHere;
    }

    private static Operation<Call, String> operation(Call call) {
        return new Operation<>(
                call.called(), call.returned(), call, call.outcome() == Outcome.DONE ? call.output() : null);
    }

    /** A write that was acknowledged before a read was called, and that the read can't have seen; null if there is none. */
    private static Call missed(Call read, List<Call> writes, List<Call> calls) {
        List<Call> before = writes.stream()
                .filter(write -> write.returned() < read.called())
                .toList();
        if (before.stream().anyMatch(write -> write.kind() == Kind.INCR)) {
            return number(read.output()) < before.size() ? before.get(before.size() - 1) : null;
        }
        return before.stream()
                .filter(write -> misses(read, write, calls))
                .findFirst()
                .orElse(null);
    }

    /** Whether a read that is called behind a write's return shows a value in which that write can't be. */
    private static boolean misses(Call read, Call write, List<Call> calls) {
        return switch (write.kind()) {
            case APPEND -> !read.output().contains(write.value());
            case SET -> {
                if (read.output().equals(write.value())) {
                    yield false;
                }
                // Another write is seen: fine, unless it was over before this one began.
                yield calls.stream()
                        .noneMatch(other -> other.kind() == Kind.SET
                                && other.value().equals(read.output())
                                && other.returned() > write.called());
            }
            case INCR -> number(read.output()) == 0;
            case GET -> false;
        };
    }

    private static long number(String text) {
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }
}
