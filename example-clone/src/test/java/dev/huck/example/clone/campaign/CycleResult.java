package dev.huck.example.clone.campaign;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What came of a cycle; a line of the ledger.
 *
 * @param cycle its number, from 1
 * @param seed of its random choices
 * @param fault what was done
 * @param operations calls whose outcome is noted
 * @param acknowledged writes among them that were acknowledged
 * @param unknown writes among them that may have happened or not
 * @param lost acknowledged writes that were gone in the end
 * @param stale reads that missed an acknowledged write
 * @param violations all that was wrong, the above included
 * @param unavailableMillis from the begin of the fault until a write that was sent behind it was acknowledged
 * @param longestGapMillis the longest time from then on to the cycle's end in which no write was acknowledged
 * @param seconds how long the cycle took
 */
record CycleResult(
        int cycle,
        long seed,
        FaultKind fault,
        long operations,
        long acknowledged,
        long unknown,
        long lost,
        long stale,
        long violations,
        long unavailableMillis,
        long longestGapMillis,
        double seconds) {

    private static final Pattern LINE = Pattern.compile("cycle=(\\d+) seed=(-?\\d+) fault=(\\S+) operations=(\\d+)"
            + " acknowledged=(\\d+) unknown=(\\d+) lost=(\\d+) stale=(\\d+) violations=(\\d+) unavailable-ms=(\\d+)"
            + " longest-gap-ms=(\\d+) seconds=(\\S+)");

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "cycle=%d seed=%d fault=%s operations=%d acknowledged=%d unknown=%d lost=%d stale=%d violations=%d"
                        + " unavailable-ms=%d longest-gap-ms=%d seconds=%.1f",
                cycle,
                seed,
                fault.label(),
                operations,
                acknowledged,
                unknown,
                lost,
                stale,
                violations,
                unavailableMillis,
                longestGapMillis,
                seconds);
    }

    static CycleResult parse(String text) {
        Matcher line = LINE.matcher(text);
        if (!line.matches()) {
            throw new IllegalArgumentException("not a cycle: '" + text + "'");
        }
        return new CycleResult(
                Integer.parseInt(line.group(1)),
                Long.parseLong(line.group(2)),
                FaultKind.parse(line.group(3)).iterator().next(),
                Long.parseLong(line.group(4)),
                Long.parseLong(line.group(5)),
                Long.parseLong(line.group(6)),
                Long.parseLong(line.group(7)),
                Long.parseLong(line.group(8)),
                Long.parseLong(line.group(9)),
                Long.parseLong(line.group(10)),
                Long.parseLong(line.group(11)),
                Double.parseDouble(line.group(12)));
    }
}
