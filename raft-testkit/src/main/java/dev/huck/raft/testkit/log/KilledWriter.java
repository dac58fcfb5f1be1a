package dev.huck.raft.testkit.log;

import static org.junit.jupiter.api.Assertions.fail;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogStore;
import dev.huck.raft.api.spi.LogStoreProvider;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.ServiceLoader;

/**
 * A process that changes a store, saying so after each change, until it is killed; and the look at what it left. The
 * changes come from a seed and from what the store holds, so both sides know them.
 */
final class KilledWriter {
    private static final String DONE = "done";

    private final LogStoreProvider provider;
    private final Path directory;
    private final Durability durability;
    private final List<String> jvmOptions;
    private final long seed;

    /** What the test does with the store, or about it. */
    interface Step {
        void run() throws IOException;
    }

    /** Opens the store in this process. */
    interface Opener {
        LogStore open(Durability durability) throws IOException;
    }

    KilledWriter(LogStoreProvider provider, Path directory, Durability durability, List<String> jvmOptions, long seed) {
        this.provider = provider;
        this.directory = directory;
        this.durability = durability;
        this.jvmOptions = jvmOptions;
        this.seed = seed;
    }

    /**
     * Starts the process, kills it at some moment after so many changes, and holds what it left against what it said.
     *
     * @param opener opens the store in this process
     * @param closer closes it again
     * @param changes how many the process makes at least
     * @param meanwhile is done while the process has the store open
     */
    void run(Opener opener, Step closer, int changes, Step meanwhile) throws IOException, InterruptedException {
        LogContents contents = LogContents.of(opener.open(durability));
        closer.run();
        int acknowledged = writeUntilKilled(changes, meanwhile);
        Random random = new Random(seed);
        for (int i = 0; i < acknowledged; i++) {
            LogChange.random(random, contents).in(contents);
        }
        LogContents found = LogContents.of(opener.open(durability));
        LogChange unacknowledged = LogChange.random(random, contents);
        if (!possible(contents, unacknowledged).contains(found)) {
            fail("seed " + seed + ", killed after change " + acknowledged + " was acknowledged, before '"
                    + unacknowledged + "' was: there should be " + contents + ", there is " + found);
        }
    }

    /** What may be left when a process dies in a change: the state before, the state after, or part of an append. */
    private static List<LogContents> possible(LogContents before, LogChange change) {
        List<LogContents> possible = new ArrayList<>(List.of(before));
        if (change instanceof LogChange.Append append) {
            LogContents partly = before;
            for (LogEntry entry : append.entries()) {
                partly = new LogContents(partly);
                partly.append(List.of(entry));
                possible.add(partly);
            }
        } else {
            LogContents after = new LogContents(before);
            change.in(after);
            possible.add(after);
        }
        return possible;
    }

    private int writeUntilKilled(int changes, Step meanwhile) throws IOException, InterruptedException {
        Path errors = Files.createTempFile(directory.getParent(), "writer", ".err");
        Process process =
                new ProcessBuilder(command()).redirectError(errors.toFile()).start();
        int acknowledged = 0;
        try (BufferedReader out = process.inputReader(StandardCharsets.US_ASCII)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.equals(DONE)) {
                    acknowledged++;
                }
                if (acknowledged == 1) {
                    meanwhile.run();
                }
                if (acknowledged == changes + 1) {
                    process.toHandle().destroyForcibly(); // the process's own method would lose what it has said
                }
            }
        } finally {
            process.destroyForcibly();
        }
        process.waitFor();
        if (acknowledged <= changes) {
            fail("the writer ended by itself after " + acknowledged + " changes: " + Files.readString(errors));
        }
        return acknowledged;
    }

    private List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        String modulePath = System.getProperty("jdk.module.path");
        if (modulePath != null) {
            command.addAll(List.of("--module-path", modulePath, "--add-modules", "ALL-MODULE-PATH"));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), KilledWriter.class.getName()));
        command.addAll(List.of(provider.name(), directory.toString(), durability.name(), Long.toString(seed)));
        return command;
    }

    /**
     * The process.
     *
     * @param arguments the store's name, its directory, the level, the seed
     * @throws IOException when the store does
     */
    public static void main(String[] arguments) throws IOException {
        LogStoreProvider provider = ServiceLoader.load(LogStoreProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(found -> found.name().equals(arguments[0]))
                .findFirst()
                .orElseThrow();
        LogStore store = provider.open(Path.of(arguments[1]), Durability.valueOf(arguments[2]));
        LogContents contents = LogContents.of(store);
        Random random = new Random(Long.parseLong(arguments[3]));
        PrintStream out = System.out;
        while (!out.checkError()) { // until it is killed, or whoever listens is gone
            LogChange change = LogChange.random(random, contents);
            change.in(store);
            change.in(contents);
            out.println(DONE);
        }
    }
}
