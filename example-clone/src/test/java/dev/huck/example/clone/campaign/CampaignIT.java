package dev.huck.example.clone.campaign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.example.clone.Programs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** bin/huck-campaign, as a user calls it: five real processes keep their promises in ten cycles, and bugs are seen. */
@Tag("long")
class CampaignIT {
    private static final Path PROGRAM =
            Path.of("..", "bin", "huck-campaign").toAbsolutePath().normalize();
    private static final String FAULTS =
            "kill-leader,kill-follower,kill-minority,kill-all,pause-leader,pause-followers,"
                    + "isolate-leader,bridge,demote,replace";

    @TempDir
    Path folder;

    private Process start(String[] options, String... more) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(PROGRAM.toString(), "--dir", folder.resolve("run").toString()));
        command.addAll(Arrays.asList(options));
        command.addAll(Arrays.asList(more));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(key -> key.startsWith("HUCK_"));
        environment.put("HUCK_BUILD", "never");
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        return builder.start();
    }

    /** Everything that it prints up to a line with a text in it, which may never come. */
    private static String printed(BufferedReader out, String until) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            System.out.println(line);
            all.append(line).append('\n');
            if (line.contains(until)) {
                break;
            }
        }
        return all.toString();
    }

    private static BufferedReader output(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    @Test
    void tenCyclesKeepEveryPromiseAlsoWhenTheCampaignItselfIsKilled() throws Exception {
        String[] options = {
            "--cycles",
            "10",
            "--faults",
            FAULTS,
            "--ledger",
            folder.resolve("ledger").toString()
        };
        Process killed = start(options);
        try (BufferedReader out = output(killed)) {
            String before = printed(out, "cycle=2 ");
            assertTrue(before.contains("cycle=2 "), before);
        } finally {
            killed.destroyForcibly().waitFor();
        }
        List<ProcessHandle> left = nodes();
        assertEquals(5, left.stream().filter(ProcessHandle::isAlive).count(), "the nodes that it left behind");

        Process process = start(options);
        try (BufferedReader out = output(process)) {
            String all = printed(out, "election-timeout=");
            assertEquals(0, process.waitFor(), all);
            assertFalse(all.contains("cycle=2 "), "what is in the ledger is not done again: " + all);
            assertTrue(all.contains("cycle=3 ") && all.contains("cycles=10 "), all);
            assertTrue(all.contains(" lost=0 stale=0 violations=0 unavailability "), all);
        } finally {
            end(process);
        }
        if (Programs.exists("ip")) {
            assertFalse(namespaces().contains("huck-" + killed.pid() + "-"), "those of the one that was killed");
            assertFalse(namespaces().contains("huck-" + process.pid() + "-"), "its own");
        }
        left.addAll(nodes());
        assertEquals(List.of(), left.stream().filter(ProcessHandle::isAlive).toList());
    }

    @Test
    void lossOfWritesThatNoQuorumHoldsIsSeen() throws Exception {
        // In a cycle in which nobody writes at the leader that is cut off, nothing is lost.
        String[] options = {"--nodes", "3", "--cycles", "6", "--faults", "kill-isolated-leader"};
        Process process = start(options, "--planted", "commit-without-quorum");
        try (BufferedReader out = output(process)) {
            String all = printed(out, "election-timeout=");
            if (all.startsWith("SKIPPED ")) {
                Programs.skip("it takes a partition to see it");
            }
            assertEquals(1, process.waitFor(), all);
            assertTrue(all.matches("(?s).*cycles=.* lost=[1-9].*"), all);
            assertTrue(all.contains("NOT_LINEARIZABLE") && all.contains("history: "), all);
        } finally {
            end(process);
        }
    }

    @Test
    void staleReadsOfFollowersAreSeenAndACampaignThatIsToldToEndTakesItsNodesAlong() throws Exception {
        String[] options = {"--nodes", "3", "--cycles", "10", "--faults", "kill-follower"};
        Process process = start(options, "--planted", "follower-reads-own-commit");
        try (BufferedReader out = output(process)) {
            String all = printed(out, "stale read ");
            assertTrue(all.contains("stale read "), all);
            List<ProcessHandle> nodes = nodes();
            assertEquals(3, nodes.size());
            process.destroy();
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            assertEquals(
                    List.of(), nodes.stream().filter(ProcessHandle::isAlive).toList());
        } finally {
            end(process);
        }
    }

    private static String namespaces() throws IOException {
        Process list = new ProcessBuilder("ip", "netns", "list").start();
        return new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static void end(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    /** The processes of the nodes that were started last. */
    private List<ProcessHandle> nodes() throws IOException {
        List<ProcessHandle> nodes = new ArrayList<>();
        try (Stream<Path> folders = Files.list(folder.resolve("run").resolve("nodes"))) {
            for (Path node : folders.toList()) {
                String pid = Files.readString(node.resolve("pid")).split(" ")[0];
                ProcessHandle.of(Long.parseLong(pid)).ifPresent(nodes::add);
            }
        }
        return nodes;
    }
}
