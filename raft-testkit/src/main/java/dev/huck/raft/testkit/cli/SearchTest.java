package dev.huck.raft.testkit.cli;

import dev.huck.raft.testkit.search.Search;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Searches within bounds given as options and tells what {@link HuckSearch} would, in types of the JDK alone: so that it
 * can be called from outside when it and the cores were loaded by a class loader of their own.
 */
public final class SearchTest implements Function<String, List<String>> {

    @Override
    public List<String> apply(String options) {
        Search.Result result =
                new Search(SearchOptions.parse(options)).run((depth, states, transitions, ofNodes) -> {});
        List<String> lines = new ArrayList<>(result.transcript());
        lines.add(result.line());
        return lines;
    }
}
