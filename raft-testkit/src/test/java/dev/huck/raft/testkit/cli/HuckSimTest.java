package dev.huck.raft.testkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class HuckSimTest {
    private record Run(int code, List<String> lines) {
        String last() {
            return lines.get(lines.size() - 1);
        }

        String hash() {
            return last().replaceAll(".* hash=", "");
        }
    }

    private static Run run(String... arguments) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        CommandLine line = HuckSim.commandLine(out);
        line.setErr(new PrintWriter(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
        int code = line.execute(arguments);
        return new Run(code, bytes.toString(StandardCharsets.UTF_8).lines().toList());
    }

    @Test
    void theLastLineSaysWhatWasRunAndFound() {
        Run run = run("--seeds", "2", "--from", "5");
        assertEquals(0, run.code);
        assertTrue(
                run.last().matches("seeds=2 from=5 violations=0 events=\\d+ seconds=\\d+\\.\\d hash=[0-9a-f]{16}"),
                run.last());
    }

    @Test
    void theHashIsTheSameHoweverManyThreadsRun() {
        String alone = run("--seeds", "4", "--threads", "1").hash();
        assertEquals(alone, run("--seeds", "4", "--threads", "3").hash());
        assertNotEquals(
                alone, run("--seeds", "4", "--from", "2", "--threads", "3").hash());
    }

    @Test
    void aTraceTellsTheRunThatHasTheSameHash() {
        Run traced = run("--seed", "3", "--trace");
        assertTrue(traced.lines.size() > 100, "a transcript of " + traced.lines.size() + " lines");
        assertEquals(run("--seed", "3").hash(), traced.hash());
    }

    @Test
    void anUnknownOptionIsWrongUsage() {
        assertEquals(2, run("--sedes", "2").code);
    }
}
