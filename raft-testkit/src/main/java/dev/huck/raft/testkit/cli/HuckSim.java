package dev.huck.raft.testkit.cli;

import dev.huck.raft.testkit.planted.PlantedRun;
import dev.huck.raft.testkit.sim.FaultKind;
import dev.huck.raft.testkit.sim.RunSpec;
import dev.huck.raft.testkit.sim.SeedTest;
import dev.huck.raft.testkit.sim.Shrinker;
import dev.huck.raft.testkit.sim.Simulation;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs simulated clusters, one a seed, and says whether any broke its promises. */
@Command(
        name = "huck-sim",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
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

    @Option(
            names = "--faults",
            paramLabel = "LIST",
            description = "the kinds of faults that runs may have, with commas between them; all (the default), none,"
                    + " or some of those below")
    private String faults = "all";

    @Option(
            names = "--millis",
            paramLabel = "T",
            description = "faults happen for at most so long, in a run's own time (default: as the seed says)")
    private long millis;

    @Option(
            names = "--only",
            paramLabel = "LIST",
            description = "of the faults that happen at moments, only these, such as crash.1,pause.3; as --shrink gives"
                    + " them")
    private @Nullable String only;

    @Option(names = "--trace", description = "with --seed: print a readable transcript")
    private boolean trace;

    @Option(names = "--shrink", description = "with --seed: look for the smallest part of the run that still fails")
    private boolean shrink;

    @Option(
            names = "--ledger",
            paramLabel = "FILE",
            description =
                    "note there what was run, block by block; begins with the first seed from --from on that it does"
                            + " not have, so the same command again goes on")
    private @Nullable Path ledger;

    @Option(names = "--stats", description = "print what the runs were like: medians and extremes")
    private boolean stats;

    @Option(
            names = "--planted",
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "BUG",
            description = "plant known bugs into the sources, or one, and see whether they are found")
    private @Nullable String planted;

    @Option(
            names = "--known",
            description = "with --planted: look first at the seeds that docs/planted-bugs.md tells; found there, none"
                    + " of the others is run")
    private boolean known;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "with --planted: write the table of docs/planted-bugs.md")
    private @Nullable Path report;

    @Option(names = "--threads", paramLabel = "N", description = "seeds run at a time (default: one per core)")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Spec
    private @Nullable CommandSpec command;

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
        int code = commandLine(out).execute(arguments);
        out.flush();
        System.exit(code);
    }

    static CommandLine commandLine(PrintStream out) {
        CommandLine line = new CommandLine(new HuckSim(out));
        StringBuilder kinds = new StringBuilder("%nKinds of faults:%n");
        for (FaultKind kind : FaultKind.values()) {
            kinds.append(String.format(Locale.ROOT, "  %-20s%s%%n", kind.label(), kind.about()));
        }
        line.getCommandSpec().usageMessage().footer(kinds.toString());
        return line;
    }

    @Override
    public Integer call() throws IOException {
        RunSpec one = spec(seed == null ? from : seed);
        if (seed != null) {
            return single(one);
        }
        if (trace || shrink || only != null) {
            throw wrong("--trace, --shrink and --only want a --seed");
        }
        return planted == null ? many() : many(planted);
    }

    private RunSpec spec(long of) {
        try {
            RunSpec spec = RunSpec.of(of).withFaults(RunSpec.kinds(faults)).withMillis(millis);
            return only == null ? spec : spec.withOnly(RunSpec.occurrences(only));
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private ParameterException wrong(String message) {
        if (command == null) {
            throw new IllegalStateException(message);
        }
        return new ParameterException(command.commandLine(), message);
    }

    private Integer many() throws IOException {
        long begin = System.nanoTime();
        if (ledger == null) {
            Outcomes outcomes = new Outcomes(from, seeds);
            new Seeds(this::spec, threads, HuckSim::progress).run(outcomes, from, seeds);
            report(outcomes, begin);
            return finish(outcomes, from, begin);
        }
        try (Ledger book = Ledger.open(ledger, spec(0))) {
            Outcomes outcomes = new Outcomes(book.next(from), seeds);
            Seeds runner = new Seeds(this::spec, threads, HuckSim::progress);
            for (int done = 0; done < seeds; done += Ledger.BLOCK) {
                long started = System.nanoTime();
                long first = outcomes.from() + done;
                int count = Math.min(Ledger.BLOCK, seeds - done);
                runner.run(outcomes, first, count);
                book.add(outcomes, first, count, (System.nanoTime() - started) / 1e9);
            }
            report(outcomes, begin);
            out.println("ledger: " + book.summary());
            return finish(outcomes, outcomes.from(), begin);
        }
    }

    private void report(Outcomes outcomes, long begin) {
        for (long at = outcomes.from(); at < outcomes.from() + outcomes.count(); at++) {
            String violation = outcomes.get(at).violation();
            if (violation != null) {
                out.println("seed " + at + ": " + violation);
                out.println("  replay it: bin/huck-sim " + spec(at) + " --trace");
            }
        }
        if (stats) {
            outcomes.describe(out, (System.nanoTime() - begin) / 1e9, threads);
        }
    }

    private int finish(Outcomes outcomes, long first, long begin) {
        out.println(String.format(
                Locale.ROOT,
                "seeds=%d from=%d violations=%d events=%d seconds=%.1f hash=%016x",
                outcomes.count(),
                first,
                outcomes.violations(),
                outcomes.events(),
                (System.nanoTime() - begin) / 1e9,
                outcomes.hash()));
        return outcomes.violations() == 0 ? 0 : 1;
    }

    private Integer many(String bug) throws IOException {
        PlantedRun run = plantedRun();
        if (known && report != null) {
            throw wrong("--report tells the first seeds, which --known does not look for");
        }
        return (known ? run.with(home().resolve("docs/planted-bugs.md")) : run).run(bug, report) ? 0 : 1;
    }

    private PlantedRun plantedRun() {
        return new PlantedRun(home(), threads, out);
    }

    private static Path home() {
        return Path.of(System.getProperty("huck.home", "."));
    }

    private Integer single(RunSpec spec) throws IOException {
        PlantedRun.Planted code = planted == null
                ? (which, lines) -> new SeedTest().apply(which.toString(), lines)
                : plantedRun().plant(planted);
        if (shrink) {
            return shrink(spec, which -> code.run(which, null));
        }
        if (planted != null) {
            String violation = code.run(spec, trace ? out::println : null).get(0);
            out.println("bug=" + planted + " " + spec + " violation=" + (violation.isEmpty() ? "none" : violation));
            return violation.isEmpty() ? 0 : 1;
        }
        long begin = System.nanoTime();
        Outcomes outcomes = new Outcomes(spec.seed(), 1);
        outcomes.put(spec.seed(), new Simulation(spec, trace ? out::println : null).run());
        report(outcomes, begin);
        return finish(outcomes, spec.seed(), begin);
    }

    private Integer shrink(RunSpec spec, Function<RunSpec, List<String>> code) {
        Shrinker shrinker;
        try {
            shrinker = new Shrinker(spec, code, smaller -> System.err.println("  fails: " + smaller));
        } catch (IllegalArgumentException e) {
            out.println(e.getMessage());
            return 0;
        }
        RunSpec smallest = shrinker.shrink();
        out.println("after " + shrinker.runs() + " runs: " + shrinker.violation());
        out.println(smallest);
        out.println("  replay it: bin/huck-sim " + (planted == null ? "" : "--planted=" + planted + " ") + smallest
                + " --trace");
        return 1;
    }

    private static void progress(int done, int violations) {
        if (done % 500 == 0) {
            System.err.println("  " + done + " seeds, " + violations + " violations");
        }
    }
}
