package dev.huck.example.clone.campaign;

import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** What many cycles came to, in a line. */
final class Summary {
    private Summary() {}

    static String of(List<CycleResult> cycles, String electionTimeout) {
        long[] gaps = cycles.stream()
                .filter(cycle -> cycle.fault().isLeadersDeath())
                .mapToLong(CycleResult::unavailableMillis)
                .sorted()
                .toArray();
        return String.format(
                Locale.ROOT,
                "cycles=%d operations=%d acknowledged=%d unknown=%d lost=%d stale=%d violations=%d unavailability of=%d"
                        + " median=%s p90=%s worst=%s election-timeout=%s",
                cycles.size(),
                sum(cycles, CycleResult::operations),
                sum(cycles, CycleResult::acknowledged),
                sum(cycles, CycleResult::unknown),
                sum(cycles, CycleResult::lost),
                sum(cycles, CycleResult::stale),
                sum(cycles, CycleResult::violations),
                gaps.length,
                quantile(gaps, 0.5),
                quantile(gaps, 0.9),
                quantile(gaps, 1),
                electionTimeout);
    }

    private static long sum(List<CycleResult> cycles, ToLongFunction<CycleResult> figure) {
        return cycles.stream().mapToLong(figure).sum();
    }

    /** The smallest that is not exceeded by that part of all. */
    private static String quantile(long[] sorted, double part) {
        int rank = (int) Math.ceil(part * sorted.length);
        return rank == 0 ? "none" : sorted[rank - 1] + "ms";
    }
}
