package dev.huck.raft.testkit.planted;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which bugs were planted, and how many seeds it took to find each. */
final class PlantedReport {
    private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\| .* \\| (\\d+) \\| .* \\|");

    private final List<Row> rows = new ArrayList<>();

    /** A bug; the seed is 0 if none showed it. */
    private record Row(PlantedBug bug, long seed, String brokenPromise) {}

    void add(PlantedBug bug, long seed, @Nullable String violation) {
        String promise = violation == null ? "" : violation.substring(0, Math.max(0, violation.indexOf(':')));
        rows.add(new Row(bug, seed, promise));
    }

    int planted() {
        return rows.size();
    }

    long found() {
        return rows.stream().filter(row -> row.seed > 0).count();
    }

    /**
     * Of the seeds that it took; one that was not found took more than all that were run. Of an even number the lower one
     * of the two in the middle.
     *
     * @return a number of seeds, or that it is more than were run
     */
    String median() {
        long[] seeds = rows.stream()
                .mapToLong(row -> row.seed == 0 ? Long.MAX_VALUE : row.seed)
                .sorted()
                .toArray();
        if (seeds.length == 0) {
            return "none";
        }
        long middle = seeds[(seeds.length - 1) / 2];
        return middle == Long.MAX_VALUE ? ">" + PlantedRun.MOST_SEEDS : Long.toString(middle);
    }

    /**
     * Reads a table again.
     *
     * @param markdown its lines, as {@link #markdown} gives them
     * @return by a bug's name the seed that found it; nothing of those that were not found
     */
    static Map<String, Long> seeds(List<String> markdown) {
        Map<String, Long> seeds = new HashMap<>();
        for (String line : markdown) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                seeds.put(row.group(1), Long.valueOf(row.group(2)));
            }
        }
        return seeds;
    }

    String markdown() {
        StringBuilder text = new StringBuilder("# Planted bugs\n\n"
                + "Can the simulator see? Each of these bugs is planted into the real sources, one at a time, and seeds are run"
                + " from 1 on until\none breaks a promise; at most " + PlantedRun.MOST_SEEDS
                + ". The code without the bug then has to pass that very seed.\n\n"
                + "This page is written by `bin/huck-sim --planted --report docs/planted-bugs.md`; the bugs are in"
                + "\n`raft-testkit/src/planted`.\n\n"
                + "| bug | what is wrong | seeds | the promise that it broke |\n|---|---|---|---|\n");
        for (Row row : rows) {
            text.append(String.format(
                    Locale.ROOT,
                    "| `%s` | %s | %s | %s |%n",
                    row.bug.name(),
                    row.bug.title(),
                    row.seed == 0 ? "not found" : Long.toString(row.seed),
                    row.brokenPromise));
        }
        text.append(String.format(
                Locale.ROOT, "%n%d of %d found; median of the seeds it took: %s.%n", found(), planted(), median()));
        return text.toString();
    }
}
