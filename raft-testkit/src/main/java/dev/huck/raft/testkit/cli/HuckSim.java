package dev.huck.raft.testkit.cli;

import dev.huck.raft.testkit.planted.PlantedRun;
import dev.huck.raft.testkit.sim.Simulation;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs simulated clusters, one a seed, and says whether any broke its promises. */
@Command(
        name = "huck-sim",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Runs simulated clusters of the real node, one a seed, with faults of many kinds.",
            "Exit code 0: all kept their promises; 1: some did not; 2: wrong usage."
        })
public final class HuckSim implements Callable<Integer> {
    @Option(names = "--seeds", paramLabel = "N", description = "how many seeds to run (default: 200)")
    private int seeds = 200;

    @Option(names = "--from", paramLabel = "S", description = "the first seed (default: 1)")
    private long from = 1;

    @Option(names = "--seed", paramLabel = "S", description = "run this seed alone")
    private @Nullable Long seed;

    @Option(names = "--trace", description = "with --seed: print a readable transcript")
    private boolean trace;

    @Option(names = "--stats", description = "print what the runs were like: medians and extremes")
    private boolean stats;

    @Option(
            names = "--planted",
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "BUG",
            description = "plant known bugs into the sources, or one, and see whether they are found")
    private @Nullable String planted;

    @Option(names = "--threads", paramLabel = "N", description = "seeds run at a time (default: one per core)")
    private int threads = Runtime.getRuntime().availableProcessors();

    private final PrintStream out;

    HuckSim(PrintStream out) {
        this.out = out;
    }

    /**
     * Runs the command and exits.
     *
     * @param arguments {@code --help} lists them
     */
    public static void main(String[] arguments) {
        // No log is wanted of a million simulated events; said before the first logger is made.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        PrintStream out = new PrintStream(new BufferedOutputStream(System.out, 1 << 16), false, StandardCharsets.UTF_8);
        int code = new CommandLine(new HuckSim(out)).execute(arguments);
        out.flush();
        System.exit(code);
    }

    @Override
    public Integer call() throws IOException {
        if (planted != null) {
            return planted(planted);
        }
        long begin = System.nanoTime();
        Outcomes outcomes;
        if (seed != null) {
            from = seed;
            outcomes = new Outcomes(seed, 1);
            outcomes.put(seed, new Simulation(seed, trace ? out::println : null).run());
        } else {
            outcomes = Seeds.run(from, seeds, threads, (done, violations) -> progress(done, violations));
        }
        for (long at = outcomes.from(); at < outcomes.from() + outcomes.count(); at++) {
            String violation = outcomes.get(at).violation();
            if (violation != null) {
                out.println("seed " + at + ": " + violation);
                out.println("  replay it: bin/huck-sim --seed " + at + " --trace");
            }
        }
        if (stats) {
            outcomes.describe(out);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        out.println(String.format(
                Locale.ROOT,
                "seeds=%d from=%d violations=%d events=%d seconds=%.1f hash=%016x",
                outcomes.count(),
                from,
                outcomes.violations(),
                outcomes.events(),
                seconds,
                outcomes.hash()));
        return outcomes.violations() == 0 ? 0 : 1;
    }

    private int planted(String bug) throws IOException {
        PlantedRun run = new PlantedRun(Path.of(System.getProperty("huck.home", ".")), threads, out);
        if (seed == null) {
            return run.run(bug) ? 0 : 1;
        }
        String violation = run.run(bug, seed, trace ? out::println : null);
        out.println("bug=" + bug + " seed=" + seed + " violation=" + violation);
        return violation == null ? 0 : 1;
    }

    private static void progress(int done, int violations) {
        if (done % 500 == 0) {
            System.err.println("  " + done + " seeds, " + violations + " violations");
        }
    }
}
