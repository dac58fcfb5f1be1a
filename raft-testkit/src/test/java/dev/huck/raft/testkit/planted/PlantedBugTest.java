package dev.huck.raft.testkit.planted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.testkit.sim.RunSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlantedBugTest {
    private static final List<String> BUG =
            List.of("title: one is two", "file: A.java", "<<<<", "    one();", "====", "    two();", ">>>>");

    @TempDir
    private Path folder;

    @Test
    void changesThePlaceAndNothingElse() throws IOException {
        Files.writeString(folder.resolve("A.java"), "a\n    one();\nb\n");
        assertEquals(
                Map.of("A.java", "a\n    two();\nb\n"),
                PlantedBug.read("x", BUG).plant(folder));
    }

    @Test
    void bugThatDoesNotFitTheSourcesIsAnError() throws IOException {
        Files.writeString(folder.resolve("A.java"), "a\nb\n");
        assertThrows(
                IllegalStateException.class, () -> PlantedBug.read("x", BUG).plant(folder));
    }

    @Test
    void bugThatFitsTwiceIsAnError() throws IOException {
        Files.writeString(folder.resolve("A.java"), "    one();\n    one();\n");
        assertThrows(
                IllegalStateException.class, () -> PlantedBug.read("x", BUG).plant(folder));
    }

    @Test
    void everyBugFitsTheSourcesAndCompiles() throws IOException {
        Path home = Path.of("").toAbsolutePath().getParent();
        PlantedRun run = new PlantedRun(home, 1, System.out);
        List<PlantedBug> bugs = PlantedBug.all(home.resolve("raft-testkit/src/planted"));
        assertTrue(bugs.size() >= 12, () -> "only " + bugs.size());
        for (PlantedBug bug : bugs) {
            assertTrue(run.compile(bug).size() >= 1, bug::name);
        }
    }

    @Test
    void loadedBugRunsApartFromTheRealCode() throws IOException {
        PlantedRun run = new PlantedRun(Path.of("").toAbsolutePath().getParent(), 1, System.out);
        String violation =
                run.plant("vote-not-persisted").run(RunSpec.of(1), null).get(0);
        assertTrue(violation.contains("votes are durable"), violation);
    }

    @Test
    void searchOfAllOrdersFindsWhatIsPlanted() throws IOException {
        PlantedSearch search = new PlantedSearch(Path.of("").toAbsolutePath().getParent(), System.out);
        for (String bug : List.of("vote-not-persisted", "commit-old-term", "learner-counted", "no-log-matching")) {
            assertTrue(search.run(bug), bug);
        }
    }
}
