package dev.huck.example.ticket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The README's example is the class that the build compiles and runs. */
class ReadmeTest {
    private static final Path README = Path.of("..", "README.md");
    private static final Path SOURCE = Path.of("src/main/java/dev/huck/example/ticket/TicketServer.java");

    @Test
    void ticketServerOfTheReadmeIsTheOneThatIsCompiled() throws IOException {
        String readme = Files.readString(README);
        int start = readme.indexOf("```java\n");
        int end = readme.indexOf("```", start + 1);
        assertTrue(start >= 0 && end > start, "the README has no Java example");
        assertEquals(Files.readString(SOURCE), readme.substring(start + "```java\n".length(), end));
    }

    @Test
    void readmeIsShortEnoughToBeRead() throws IOException {
        String prose = Files.readString(README).replaceAll("(?s)```.*?```", " ");
        long words = Pattern.compile("\\S*\\w\\S*").matcher(prose).results().count();
        assertTrue(words <= 600, words + " words outside of the examples");
    }
}
