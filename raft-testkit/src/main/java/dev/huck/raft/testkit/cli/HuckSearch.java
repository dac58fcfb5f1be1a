package dev.huck.raft.testkit.cli;

import dev.huck.raft.testkit.planted.PlantedSearch;
import dev.huck.raft.testkit.search.Search;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tries every order of events of a few consensus cores, within bounds. */
@Command(
        name = "huck-search",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true,
        description = {
            "Tries every order of events of a few consensus cores, within bounds, and looks at each state once.",
            "The last line: states=… transitions=… depth=… complete=yes|no violations=…",
            "Exit code 0: nothing is broken; 1: something is, and the shortest way there is told; 2: wrong usage."
        })
public final class HuckSearch implements Callable<Integer> {
    @Mixin
    private SearchOptions options = new SearchOptions();

    @Option(
            names = "--planted",
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "BUG",
            description =
                    "plant known bugs into the sources, or one, and see whether they are found; each has its bounds")
    private @Nullable String planted;

    private final PrintStream out;

    HuckSearch(PrintStream out) {
        this.out = out;
    }

    /**
     * Runs the command and exits.
     *
     * @param arguments {@code --help} lists them
     */
    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.exit(new CommandLine(new HuckSearch(out)).execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        if (planted != null) {
            Path home = Path.of(System.getProperty("huck.home", "."));
            return new PlantedSearch(home, out).run(planted) ? 0 : 1;
        }
        long begin = System.nanoTime();
        Search.Result result = new Search(options.bounds())
                .run((at, met, tried, ofNodes) -> System.err.printf(
                        Locale.ROOT,
                        "  depth %d: %d states, %d transitions, %d states of nodes, %.1f s%n",
                        at,
                        met,
                        tried,
                        ofNodes,
                        (System.nanoTime() - begin) / 1e9));
        result.transcript().forEach(out::println);
        out.println(result.line());
        return result.violation() == null ? 0 : 1;
    }
}
