package dev.huck.raft.testkit.planted;

import dev.huck.raft.api.Node;
import dev.huck.raft.core.node.RaftNode;
import dev.huck.raft.testkit.sim.RunSpec;
import dev.huck.raft.testkit.sim.SeedTest;
import dev.huck.raft.testkit.sim.Simulation;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Plants one bug after the other and runs seeds until one fails; the real code must then pass that very seed. */
public final class PlantedRun {
    /** A bug that as many seeds do not show counts as not found. */
    public static final int MOST_SEEDS = 1_000;

    private final Path home;
    private final int threads;
    private final PrintStream out;
    /** By name of a bug, the seed that is looked at first. */
    private final Map<String, Long> known;

    /**
     * A run.
     *
     * @param home the project's folder, with the sources
     * @param threads seeds run at a time
     * @param out takes a row for each bug
     */
    public PlantedRun(Path home, int threads, PrintStream out) {
        this(home, threads, out, Map.of());
    }

    private PlantedRun(Path home, int threads, PrintStream out, Map<String, Long> known) {
        this.home = home;
        this.threads = threads;
        this.out = out;
        this.known = known;
    }

    /**
     * A run that is over sooner: of each bug it looks first at the seed at which it was found when a table was written, and
     * at all others only if that one does not show it any more.
     *
     * @param table as {@link #run} has written it
     * @return the run
     * @throws IOException when the table can't be read
     */
    public PlantedRun with(Path table) throws IOException {
        return new PlantedRun(home, threads, out, PlantedReport.seeds(Files.readAllLines(table)));
    }

    private record Finding(long seed, String violation) {}

    /**
     * Runs all bugs, or one.
     *
     * @param only the bug's name; empty for all
     * @param report where a table of them is written; null for nowhere
     * @return whether every one was found and the real code passes where it was
     * @throws IOException when the sources can't be read, or the table not written
     */
    public boolean run(String only, @Nullable Path report) throws IOException {
        PlantedReport table = new PlantedReport();
        boolean all = true;
        for (PlantedBug bug : bugs()) {
            if (!only.isEmpty() && !only.equals(bug.name())) {
                continue;
            }
            all &= isFound(bug, table);
            out.flush();
        }
        out.println("planted=" + table.planted() + " found=" + table.found() + " median=" + table.median());
        if (report != null) {
            Files.writeString(report, table.markdown());
        }
        return all && table.planted() > 0;
    }

    /** Code with a bug in it. */
    @FunctionalInterface
    public interface Planted {
        /**
         * Runs it.
         *
         * @param spec which run
         * @param trace takes a readable transcript; null for none
         * @return as {@link SeedTest#apply}
         */
        List<String> run(RunSpec spec, @Nullable Consumer<String> trace);
    }

    /**
     * Plants one bug.
     *
     * @param name the bug's
     * @return the code with it
     * @throws IOException when the sources can't be read
     */
    public Planted plant(String name) throws IOException {
        return planted(bug(name));
    }

    /**
     * Compiles the engine's classes that one bug changes.
     *
     * @param name the bug's
     * @return class files by the classes' binary names
     * @throws IOException when the sources can't be read
     */
    public Map<String, byte[]> classes(String name) throws IOException {
        return compile(bug(name));
    }

    private PlantedBug bug(String name) throws IOException {
        return bugs().stream()
                .filter(bug -> bug.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no planted bug " + name));
    }

    private List<PlantedBug> bugs() throws IOException {
        return PlantedBug.all(home.resolve("raft-testkit/src/planted"));
    }

    private boolean isFound(PlantedBug bug, PlantedReport table) throws IOException {
        Planted code = planted(bug);
        Long seed = known.get(bug.name());
        Finding finding = seed == null ? null : look(code, seed);
        if (finding == null) {
            finding = find(code);
        }
        table.add(bug, finding == null ? 0 : finding.seed, finding == null ? null : finding.violation);
        if (finding == null) {
            out.println("bug=" + bug.name() + " seeds=" + MOST_SEEDS + " found=no");
            out.println("  " + bug.title());
            return false;
        }
        out.println("bug=" + bug.name() + " seeds=" + finding.seed + " found=yes");
        out.println("  " + bug.title() + " -> " + shortened(finding.violation));
        String real = new Simulation(RunSpec.of(finding.seed), null).run().violation();
        if (real != null) {
            out.println("  but without the bug seed " + finding.seed + " fails too: " + real);
        }
        return real == null;
    }

    private static String shortened(String text) {
        return text.length() <= 160 ? text : text.substring(0, 160) + "…";
    }

    private Planted planted(PlantedBug bug) throws IOException {
        ClassLoader loader = new PlantedLoader(compile(bug), PlantedRun.class.getClassLoader());
        try {
            @SuppressWarnings("unchecked")
            BiFunction<String, @Nullable Consumer<String>, List<String>> test = (BiFunction<
                            String, @Nullable Consumer<String>, List<String>>)
                    loader.loadClass(SeedTest.class.getName()).getConstructor().newInstance();
            return (spec, trace) -> test.apply(spec.toString(), trace);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    Map<String, byte[]> compile(PlantedBug bug) throws IOException {
        return MemoryCompiler.compile(bug.plant(home.resolve("raft-core/src/main/java")), classPath());
    }

    private static String classPath() {
        List<String> places = new ArrayList<>();
        for (Class<?> one : List.of(RaftNode.class, Node.class, Logger.class)) {
            try {
                places.add(Path.of(one.getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI())
                        .toString());
            } catch (URISyntaxException e) {
                throw new IllegalStateException(e);
            }
        }
        return String.join(File.pathSeparator, places);
    }

    private static @Nullable Finding look(Planted code, long seed) {
        String violation = code.run(RunSpec.of(seed), null).get(0);
        return violation.isEmpty() ? null : new Finding(seed, violation);
    }

    /** The first seed that fails, counted from 1. */
    private @Nullable Finding find(Planted code) {
        AtomicLong next = new AtomicLong(1);
        Finding[] first = new Finding[1];
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread worker = new Thread(
                    () -> {
                        for (long seed = next.getAndIncrement(); seed <= MOST_SEEDS; seed = next.getAndIncrement()) {
                            Finding finding = look(code, seed);
                            if (finding != null) {
                                note(first, finding);
                                // Smaller seeds that run already may fail too; larger ones do not matter.
                                next.set(MOST_SEEDS + 1);
                            }
                        }
                    },
                    "planted-" + i);
            worker.start();
            workers.add(worker);
        }
        for (Thread worker : workers) {
            try {
                worker.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
        }
        return first[0];
    }

    private static synchronized void note(Finding[] first, Finding finding) {
        if (first[0] == null || finding.seed < first[0].seed) {
            first[0] = finding;
        }
    }
}
