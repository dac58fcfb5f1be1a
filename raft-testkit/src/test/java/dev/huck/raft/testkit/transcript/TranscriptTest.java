package dev.huck.raft.testkit.transcript;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Plays every transcript and compares what happens with what it says. {@code -Dhuck.transcripts=write} writes what happens
 * into the files instead: read the difference before you commit it.
 */
class TranscriptTest {
    private static final Path FOLDER = Path.of("src/test/resources/transcripts");

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .toList();
        }
    }

    @TestFactory
    Stream<DynamicTest> everyTranscriptIsTrue() throws IOException {
        return files().stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
    }

    private static void check(Path file) throws IOException {
        List<String> wanted = Files.readAllLines(file);
        List<String> seen = played(wanted);
        if ("write".equals(System.getProperty("huck.transcripts"))) {
            Files.write(file, seen);
            return;
        }
        assertEquals(
                String.join("\n", wanted),
                String.join("\n", seen),
                () -> file.getFileName() + " is not what happens; -Dhuck.transcripts=write writes what does");
    }

    /** The same text with what happens in place of what it says happens. */
    static List<String> played(List<String> text) {
        Script script = new Script();
        List<String> played = new ArrayList<>();
        for (String line : text) {
            if (line.startsWith("    ")) {
                continue; // What was said to happen.
            }
            played.add(line);
            if (!line.isBlank() && !line.startsWith("#")) {
                try {
                    script.run(line).forEach(happened -> played.add("    " + happened));
                } catch (IllegalArgumentException e) {
                    throw new AssertionError("'" + line + "': " + e.getMessage() + "\n" + String.join("\n", played), e);
                }
            }
        }
        return played;
    }

    @Test
    void aTranscriptThatIsNotTrueIsSeen() {
        List<String> text = List.of("nodes n1", "    n1 nothing happens");
        assertTrue(!played(text).equals(text));
    }

    @Test
    void thereAreTranscriptsOfAllThatMatters() throws IOException {
        assertTrue(files().size() >= 30, "only " + files().size());
    }
}
