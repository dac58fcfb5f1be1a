package dev.huck.raft.testkit.sim;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Makes a failing run smaller for as long as it fails: leaves out kinds of faults, then time, then single occurrences.
 * Any failure will do: the smallest run that breaks a promise is the one to read first.
 */
public final class Shrinker {
    private static final long MILLI = 1_000_000L;

    private final Function<RunSpec, List<String>> runner;
    private final Consumer<String> progress;
    private int runs;
    private RunSpec best;
    private List<String> answer;

    /**
     * A shrinker of one run.
     *
     * @param failing a run that fails
     * @param runner runs one and answers as {@link SeedTest#apply}
     * @param progress told of every step forward
     * @throws IllegalArgumentException when the run does not fail
     */
    public Shrinker(RunSpec failing, Function<RunSpec, List<String>> runner, Consumer<String> progress) {
        this.runner = runner;
        this.progress = progress;
        this.best = failing;
        this.answer = runner.apply(failing);
        if (answer.get(0).isEmpty()) {
            throw new IllegalArgumentException("the run " + failing + " breaks nothing");
        }
    }

    /**
     * Shrinks.
     *
     * @return the smallest run found that fails
     */
    public RunSpec shrink() {
        kinds();
        time();
        occurrences();
        kinds();
        return best;
    }

    /** @return what the smallest run breaks */
    public String violation() {
        return answer.get(0);
    }

    /** @return how many runs it took */
    public int runs() {
        return runs;
    }

    private boolean improves(RunSpec candidate) {
        runs++;
        List<String> tried = runner.apply(candidate);
        if (tried.get(0).isEmpty()) {
            return false;
        }
        best = candidate;
        answer = tried;
        progress.accept(candidate.toString());
        return true;
    }

    /** All kinds at once, then one after the other. */
    private void kinds() {
        if (best.faults().isEmpty() || improves(best.withFaults(Set.of()))) {
            return;
        }
        for (FaultKind kind : List.copyOf(best.faults())) {
            Set<FaultKind> fewer = EnumSet.copyOf(best.faults());
            fewer.remove(kind);
            improves(best.withFaults(fewer));
        }
    }

    /** Halves the time, then quarters of what is left, until neither fails. */
    private void time() {
        long millis = best.millis();
        if (millis == 0) {
            millis = Profile.draw(new SimWorld(best.seed(), null), best.faults()).chaosNanos / MILLI;
        }
        while (millis > 1 && improves(best.withMillis(millis / 2))) {
            millis /= 2;
        }
        while (millis > 3 && improves(best.withMillis(millis - millis / 4))) {
            millis -= millis / 4;
        }
    }

    /** Leaves out ever smaller parts of what happened (delta debugging). */
    private void occurrences() {
        List<String> kept = new ArrayList<>(answer.subList(1, answer.size()));
        if (kept.isEmpty()) {
            return;
        }
        improves(best.withOnly(new HashSet<>(kept)));
        int parts = 1;
        while (parts <= kept.size()) {
            int size = (kept.size() + parts - 1) / parts;
            boolean smaller = false;
            for (int from = 0; from < kept.size(); ) {
                List<String> fewer = new ArrayList<>(kept);
                fewer.subList(from, Math.min(from + size, kept.size())).clear();
                if (improves(best.withOnly(new HashSet<>(fewer)))) {
                    kept = fewer;
                    smaller = true;
                } else {
                    from += size;
                }
            }
            if (size == 1 && !smaller) {
                break;
            }
            parts = size == 1 ? parts : parts * 2;
            parts = Math.min(parts, Math.max(1, kept.size()));
        }
    }
}
