package dev.huck.raft.testkit.sim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which run it is: a seed decides everything, and the rest leaves parts of it out. Written and read as the options of
 * {@code bin/huck-sim}.
 *
 * @param seed any number
 * @param faults the kinds of faults that the run may have; it draws which it does
 * @param millis at most so long do faults happen, in virtual time; 0 for as long as the seed says
 * @param only the occurrences that happen, such as {@code crash.3}, of kinds that happen at moments; null for all
 */
public record RunSpec(long seed, Set<FaultKind> faults, long millis, @Nullable Set<String> only) {

    /** Copies. */
    public RunSpec {
        faults = faults.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(faults));
        only = only == null ? null : Collections.unmodifiableSet(new TreeSet<>(only));
        if (millis < 0) {
            throw new IllegalArgumentException("faults can't happen for " + millis + " ms");
        }
    }

    /**
     * The whole run of a seed.
     *
     * @param seed any number
     * @return the run
     */
    public static RunSpec of(long seed) {
        return new RunSpec(seed, FaultKind.all(), 0, null);
    }

    /**
     * The same run with other kinds of faults.
     *
     * @param kinds those that it may have
     * @return the run
     */
    public RunSpec withFaults(Set<FaultKind> kinds) {
        return new RunSpec(seed, kinds, millis, only);
    }

    /**
     * The same run, but shorter.
     *
     * @param most milliseconds for which faults happen
     * @return the run
     */
    public RunSpec withMillis(long most) {
        return new RunSpec(seed, faults, most, only);
    }

    /**
     * The same run with some occurrences of faults.
     *
     * @param occurrences those that happen
     * @return the run
     */
    public RunSpec withOnly(Set<String> occurrences) {
        return new RunSpec(seed, faults, millis, occurrences);
    }

    /**
     * Reads a run from options, as {@link #toString} writes them.
     *
     * @param text for example {@code --seed 42 --faults crash,loss --millis 2500 --only crash.1,crash.4}
     * @return the run
     * @throws IllegalArgumentException when it is no run
     */
    public static RunSpec parse(String text) {
        String[] words = text.strip().split("\\s+");
        Long seed = null;
        RunSpec spec = of(0);
        for (int i = 0; i < words.length; i += 2) {
            if (i + 1 == words.length) {
                throw new IllegalArgumentException("'" + words[i] + "' lacks its value in '" + text + "'");
            }
            String value = words[i + 1];
            switch (words[i]) {
                case "--seed" -> seed = Long.valueOf(value);
                case "--faults" -> spec = spec.withFaults(kinds(value));
                case "--millis" -> spec = spec.withMillis(Long.parseLong(value));
                case "--only" -> spec = spec.withOnly(occurrences(value));
                default -> throw new IllegalArgumentException("what is '" + words[i] + "' in '" + text + "'?");
            }
        }
        if (seed == null) {
            throw new IllegalArgumentException("'" + text + "' has no --seed");
        }
        return new RunSpec(seed, spec.faults, spec.millis, spec.only);
    }

    /**
     * Reads a list of kinds.
     *
     * @param list names with commas between them; {@code none} for none, {@code all} for all
     * @return the kinds
     */
    public static Set<FaultKind> kinds(String list) {
        Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
        for (String label : list.split(",")) {
            switch (label) {
                case "none" -> {}
                case "all" -> kinds.addAll(FaultKind.all());
                default -> kinds.add(FaultKind.of(label));
            }
        }
        return kinds;
    }

    /**
     * Reads a list of occurrences.
     *
     * @param list such as {@code crash.1,pause.2}; {@code none} for none
     * @return the occurrences
     */
    public static Set<String> occurrences(String list) {
        Set<String> occurrences = new TreeSet<>(List.of(list.split(",")));
        occurrences.remove("none");
        for (String occurrence : occurrences) {
            if (!occurrence.matches("[a-z-]+\\.\\d+")) {
                throw new IllegalArgumentException("'" + occurrence + "' is not an occurrence such as crash.3");
            }
            FaultKind.of(occurrence.substring(0, occurrence.indexOf('.')));
        }
        return occurrences;
    }

    boolean happens(FaultKind kind, int occurrence) {
        return only == null || only.contains(kind.label() + "." + occurrence);
    }

    @Override
    public String toString() {
        List<String> words = new ArrayList<>(List.of("--seed", Long.toString(seed)));
        if (!faults.equals(FaultKind.all())) {
            words.add("--faults");
            words.add(
                    faults.isEmpty()
                            ? "none"
                            : faults.stream().map(FaultKind::label).collect(Collectors.joining(",")));
        }
        if (millis > 0) {
            words.add("--millis");
            words.add(Long.toString(millis));
        }
        if (only != null) {
            words.add("--only");
            words.add(only.isEmpty() ? "none" : String.join(",", only));
        }
        return String.join(" ", words);
    }
}
