package dev.huck.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs that found something once, each a line of {@code failed-runs.txt}, are run in every build. */
class CorpusTest {
    static List<String> runs() throws IOException {
        try (InputStream in = CorpusTest.class.getResourceAsStream("failed-runs.txt")) {
            assertNotNull(in);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.replaceFirst("#.*", "").strip())
                    .filter(line -> !line.isEmpty())
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void runThatFoundABugStillPasses(String run) {
        assertNull(
                new Simulation(RunSpec.parse(run), null).run().violation(),
                () -> "replay it: bin/huck-sim " + run + " --trace");
    }
}
