package dev.huck.raft.testkit.cli;

import dev.huck.raft.testkit.search.Bounds;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The bounds of a search, as options. */
final class SearchOptions {
    @Option(names = "--nodes", paramLabel = "N", description = "cores (1 to 5)")
    private int nodes = 3;

    @Option(names = "--voters", paramLabel = "N", description = "voters at the beginning, the first ones; 0 for all")
    private int voters;

    @Option(names = "--terms", paramLabel = "N", description = "the last term in which anybody may campaign")
    private int terms = 2;

    @Option(names = "--entries", paramLabel = "N", description = "commands proposed, beside what opens each term")
    private int entries = 1;

    @Option(names = "--crashes", paramLabel = "N", description = "restarts from what is durable")
    private int crashes = 1;

    @Option(names = "--messages", paramLabel = "N", description = "messages under way at a time")
    private int messages = 3;

    @Option(names = "--losses", negatable = true, description = "messages may be lost")
    private boolean losses;

    @Option(names = "--repeats", paramLabel = "N", description = "messages delivered twice")
    private int repeats;

    @Option(names = "--asynchronous", description = "writes take time, and everything else may happen before they end")
    private boolean asynchronous;

    @Option(names = "--changes", paramLabel = "N", description = "changes of membership")
    private int changes;

    @Option(names = "--transfers", paramLabel = "N", description = "hand-overs asked for by an operator")
    private int transfers;

    @Option(names = "--reads", paramLabel = "N", description = "linearizable reads")
    private int reads;

    @Option(names = "--lagging", description = "the last node needs a snapshot at the beginning")
    private boolean lagging;

    @Option(names = "--depth", paramLabel = "N", description = "events in a row; 0 for no limit")
    private int depth;

    @Option(names = "--states", paramLabel = "N", description = "give up beyond so many; 0 for no limit")
    private int states;

    /** Options as they would stand on the command line. */
    static Bounds parse(String options) {
        SearchOptions parsed = new SearchOptions();
        new CommandLine(CommandLine.Model.CommandSpec.forAnnotatedObject(parsed))
                .parseArgs(options.isBlank() ? new String[0] : options.trim().split(" +"));
        return parsed.bounds();
    }

    Bounds bounds() {
        return new Bounds(
                nodes,
                voters == 0 ? nodes : voters,
                terms,
                entries,
                crashes,
                messages,
                losses,
                repeats,
                asynchronous,
                changes,
                transfers,
                reads,
                lagging,
                depth,
                states);
    }
}
