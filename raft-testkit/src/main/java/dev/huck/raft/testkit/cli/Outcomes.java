package dev.huck.raft.testkit.cli;

import dev.huck.raft.testkit.sim.Outcome;
import dev.huck.raft.testkit.sim.SimRandom;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** What came out of consecutive seeds, whichever threads ran them and in which order they ended. */
final class Outcomes {
    private final long from;
    private final AtomicReferenceArray<Outcome> bySeed;

    Outcomes(long from, int count) {
        this.from = from;
        this.bySeed = new AtomicReferenceArray<>(count);
    }

    long from() {
        return from;
    }

    int count() {
        return bySeed.length();
    }

    void put(long seed, Outcome outcome) {
        bySeed.set((int) (seed - from), outcome);
    }

    /** Some of the seeds, in a record of their own. */
    Outcomes part(long first, int count) {
        Outcomes part = new Outcomes(first, count);
        for (long seed = first; seed < first + count; seed++) {
            part.put(seed, get(seed));
        }
        return part;
    }

    /** The seeds that broke a promise. */
    List<String> failed() {
        return LongStream.range(from, from + count())
                .filter(seed -> get(seed).violation() != null)
                .mapToObj(Long::toString)
                .toList();
    }

    Outcome get(long seed) {
        return Objects.requireNonNull(bySeed.get((int) (seed - from)));
    }

    long violations() {
        return all().filter(outcome -> outcome.violation() != null).count();
    }

    long events() {
        return all().mapToLong(Outcome::events).sum();
    }

    /** Over the runs' hashes in the order of seeds. */
    long hash() {
        long hash = 0;
        for (int i = 0; i < count(); i++) {
            hash = SimRandom.mix(hash * 31 + get(from + i).hash());
        }
        return hash;
    }

    void describe(PrintStream out, double seconds, int threads) {
        long cores = Math.min(threads, Runtime.getRuntime().availableProcessors());
        out.println(String.format(
                Locale.ROOT,
                "%-26s %.0f a second, %.0f a core",
                "events",
                events() / seconds,
                events() / seconds / cores));
        line(out, "events", Outcome::events);
        line(out, "virtual seconds", outcome -> outcome.virtualNanos() / 1_000_000_000L);
        line(out, "terms with a leader", Outcome::leaders);
        line(out, "client operations", Outcome::operations);
        line(out, "crashes that lost writes", Outcome::losses);
    }

    private void line(PrintStream out, String name, ToLongFunction<Outcome> figure) {
        long[] sorted = all().mapToLong(figure).sorted().toArray();
        out.println(String.format(
                Locale.ROOT,
                "%-26s median %8d   least %8d   most %8d",
                name,
                sorted[sorted.length / 2],
                sorted[0],
                sorted[sorted.length - 1]));
    }

    private Stream<Outcome> all() {
        return LongStream.range(from, from + count()).mapToObj(this::get);
    }

    @Override
    public String toString() {
        return Arrays.toString(all().toArray());
    }
}
