package dev.huck.raft.testkit.planted;

import dev.huck.raft.testkit.cli.SearchTest;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** Plants one bug after the other and searches, within the bounds that the bug names; without it nothing may be found. */
public final class PlantedSearch {
    private final Path home;
    private final PrintStream out;

    /**
     * A run.
     *
     * @param home the project's folder, with the sources
     * @param out takes a row for each bug, and the shortest way to show it if there is only one
     */
    public PlantedSearch(Path home, PrintStream out) {
        this.home = home;
        this.out = out;
    }

    /**
     * Runs all bugs that name bounds, or one.
     *
     * @param only the bug's name; empty for all
     * @return whether every one was found
     * @throws IOException when the sources can't be read
     */
    public boolean run(String only) throws IOException {
        int planted = 0;
        int found = 0;
        for (PlantedBug bug : PlantedBug.all(home.resolve("raft-testkit/src/planted"))) {
            if (bug.search() == null || (!only.isEmpty() && !only.equals(bug.name()))) {
                continue;
            }
            planted++;
            List<String> told = search(bug);
            String line = told.get(told.size() - 1);
            boolean isFound = line.endsWith("violations=1");
            found += isFound ? 1 : 0;
            if (!only.isEmpty()) {
                told.forEach(out::println);
            }
            out.println("bug=" + bug.name() + " " + line + " found=" + (isFound ? "yes" : "no"));
            out.println("  " + bug.title() + (isFound ? " " + told.get(told.size() - 2) : ""));
            out.flush();
        }
        out.println("planted=" + planted + " found=" + found);
        return planted > 0 && found == planted;
    }

    private List<String> search(PlantedBug bug) throws IOException {
        PlantedRun run = new PlantedRun(home, 1, out);
        ClassLoader loader = new PlantedLoader(run.compile(bug), PlantedSearch.class.getClassLoader());
        try {
            @SuppressWarnings("unchecked")
            Function<String, List<String>> test =
                    (Function<String, List<String>>) loader.loadClass(SearchTest.class.getName())
                            .getConstructor()
                            .newInstance();
            return test.apply(String.valueOf(bug.search()));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
