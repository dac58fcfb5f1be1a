package dev.huck.example.clone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A node in a process of its own, started as a user starts it: by bin/clone. */
public final class NodeProcess implements AutoCloseable {
    private static final Path LAUNCHER = Path.of(System.getProperty("huck.home", ".."), "bin", "clone")
            .toAbsolutePath()
            .normalize();
    private static final long PATIENCE_MILLIS = 60_000;

    private final Path folder;
    private final String host;
    private final int port;
    private List<String> options;
    private List<String> prefix = List.of();
    private String jvmFlags;
    private Process process;

    /**
     * A node that is not started yet.
     *
     * @param folder its own: the data and what it prints
     * @param options beside the port and the directory
     */
    NodeProcess(Path folder, int port, List<String> options) {
        this(folder, "127.0.0.1", port, options);
    }

    /** The same, to listen on another address than loopback. */
    public NodeProcess(Path folder, String host, int port, List<String> options) {
        this.folder = folder;
        this.host = host;
        this.port = port;
        this.options = List.copyOf(options);
    }

    /** From now on starts it through another program, which is to run what comes after its own arguments. */
    public NodeProcess through(List<String> program) {
        prefix = List.copyOf(program);
        return this;
    }

    /** From now on starts it with these flags for the JVM in place of the launcher's. */
    public NodeProcess jvm(String flags) {
        jvmFlags = flags;
        return this;
    }

    /** From now on starts it without an option and its value. */
    NodeProcess without(String option) {
        List<String> changed = new ArrayList<>(options);
        int at = changed.indexOf(option);
        changed.remove(at + 1);
        changed.remove(at);
        options = List.copyOf(changed);
        return this;
    }

    /** The same node, with its directory, at another port; this one must not run any more. */
    NodeProcess elsewhere(int otherPort) {
        return new NodeProcess(folder, host, otherPort, options);
    }

    /** Starts it and waits until it listens. */
    public NodeProcess start(String... more) throws Exception {
        launch(more);
        awaitListening();
        return this;
    }

    /** Waits until it listens. */
    public void awaitListening() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (!printed().contains("listening on " + address())) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                kill();
                throw new AssertionError("node " + port + " does not listen:\n" + printed() + complained());
            }
            Thread.sleep(10);
        }
    }

    /** Starts it to answer reads at another consistency than before. */
    NodeProcess startAt(String consistency) throws Exception {
        List<String> changed = new ArrayList<>(options);
        int at = changed.indexOf("--consistency");
        if (at < 0) {
            changed.addAll(List.of("--consistency", consistency));
        } else {
            changed.set(at + 1, consistency);
        }
        options = changed;
        return start();
    }

    /** Starts it, in the directory {@code data} unless told another, and does not wait. */
    public void launch(String... more) throws IOException {
        Files.createDirectories(folder);
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(LAUNCHER.toString(), "-p", "" + port));
        if (!host.equals("127.0.0.1")) {
            command.addAll(List.of("-a", host, "--insecure"));
        }
        command.addAll(options);
        command.addAll(Arrays.asList(more));
        if (!command.contains("-d")) {
            command.addAll(List.of("-d", "data"));
        }
        Files.deleteIfExists(folder.resolve("out"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("err").toFile()));
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(key -> key.startsWith("HUCK_"));
        // The build that runs this test has built it, and the same Java runs it.
        environment.put("HUCK_BUILD", "never");
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        if (jvmFlags != null) {
            environment.put("HUCK_JVM", jvmFlags);
        }
        process = builder.start();
        Files.writeString(
                folder.resolve("pid"),
                process.pid() + " " + process.info().startInstant().orElseThrow());
    }

    /** Ends the process of a node in that folder, if it still runs: one whose test was killed. */
    public static void endLeftOver(Path folder) throws IOException {
        Path file = folder.resolve("pid");
        if (Files.exists(file)) {
            String[] left = Files.readString(file).split(" ");
            // Another process may have its number by now; but not the same begin.
            ProcessHandle.of(Long.parseLong(left[0]))
                    .filter(process -> process.info()
                            .startInstant()
                            .map(Instant::toString)
                            .filter(left[1]::equals)
                            .isPresent())
                    .ifPresent(process -> {
                        process.destroyForcibly();
                        process.onExit().join();
                    });
        }
    }

    public String host() {
        return host;
    }

    public int port() {
        return port;
    }

    /** The process's id: the launcher becomes the node. */
    public long pid() {
        return process.pid();
    }

    public String address() {
        return host + ":" + port;
    }

    Path data() {
        return folder.resolve("data");
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Kills it as a power cut would, as far as the process is concerned. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Asks it to stop, and returns its exit code. */
    public int terminate() throws InterruptedException {
        process.destroy();
        return awaitExit();
    }

    public int awaitExit() throws InterruptedException {
        if (!process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
            throw new AssertionError("node " + port + " does not end");
        }
        return process.exitValue();
    }

    /**
     * Stops its clock: it stays connected and does nothing. The signal is delivered to one thread, and the others run on
     * until that one gets a processor; so this waits until all of them stand still.
     */
    public void pause() throws Exception {
        signal("STOP");
        Path tasks = Path.of("/proc/" + process.pid() + "/task");
        if (Files.isDirectory(tasks)) {
            ClusterProcesses.await("every thread of node " + port + " stopped", () -> areStopped(tasks) ? this : null);
        }
    }

    private static boolean areStopped(Path tasks) {
        try (Stream<Path> threads = Files.list(tasks)) {
            for (Path thread : threads.toList()) {
                String stat = Files.readString(thread.resolve("stat"));
                char state = stat.charAt(stat.lastIndexOf(')') + 2);
                if (state != 'T') {
                    return false;
                }
            }
        } catch (IOException e) {
            return false; // A thread that was just ending.
        }
        return true;
    }

    public void resume() throws Exception {
        signal("CONT");
    }

    /** Sends a signal and does not wait for what it does. */
    public void signal(String name) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, "" + process.pid())
                .inheritIO()
                .start();
        if (kill.waitFor() != 0) {
            throw new AssertionError("can't send " + name + " to " + process.pid());
        }
    }

    /** What it printed on standard output since it was started last. */
    public String printed() throws IOException {
        Path out = folder.resolve("out");
        return Files.exists(out) ? Files.readString(out) : "";
    }

    /** What it printed on standard error since it was made. */
    public String complained() throws IOException {
        Path err = folder.resolve("err");
        return Files.exists(err) ? Files.readString(err) : "";
    }

    /** Leaves a mark in what it printed on standard error, for whoever reads it after a failure. */
    public void note(String text) throws IOException {
        Files.writeString(
                folder.resolve("err"), "--- " + text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    public Object ask(Object... words) throws IOException {
        try (Wire wire = new Wire(host, port, 20_000)) {
            return wire.call(words);
        }
    }

    /** RAFTSTATS as names and values; empty where nobody answers. */
    public Map<String, String> stats() {
        Map<String, String> stats = new TreeMap<>();
        try {
            if (ask("RAFTSTATS") instanceof List<?> list) {
                for (int i = 0; i + 1 < list.size(); i += 2) {
                    stats.put(list.get(i).toString(), list.get(i + 1).toString());
                }
            }
        } catch (IOException e) {
            // Down, or going down.
        }
        return stats;
    }

    /** A section of INFO as names and values; empty where nobody answers. */
    public Map<String, String> info(String section) {
        Map<String, String> lines = new TreeMap<>();
        try {
            if (ask("INFO", section) instanceof String text) {
                text.lines().filter(line -> line.contains(":")).forEach(line -> {
                    int colon = line.indexOf(':');
                    lines.put(line.substring(0, colon), line.substring(colon + 1));
                });
            }
        } catch (IOException e) {
            // Down, or going down.
        }
        return lines;
    }

    /** Kills it, paused or not. */
    @Override
    public void close() {
        if (isAlive()) {
            process.destroyForcibly();
            process.onExit().join();
        }
    }
}
