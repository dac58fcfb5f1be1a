package dev.huck.raft.testkit.planted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The tables of promises and of known failures in {@code docs/testing.md}, and of crashes in the engine's {@code DESIGN.md},
 * name tests and planted bugs that exist.
 */
class NamedTestsTest {
    private static final Path PROJECT = Path.of("..");
    private static final Pattern TEST = Pattern.compile("`(\\w+)\\.(\\w+)`");
    private static final Pattern PLANTED = Pattern.compile("planted `([\\w-]+)`");
    private static final Pattern ANNOTATED = Pattern.compile("@(Test|ParameterizedTest|RepeatedTest|TestFactory)\\b");

    private static final String PROMISES = "What is promised, and what checks it";
    private static final String CRASHES = "What a crash leaves of a snapshot";
    private static final String FAILURES = "Known failures of other systems";

    /** The last column of each row. */
    private static List<String> rows(String section) throws IOException {
        String page =
                Files.readString(PROJECT.resolve(section.equals(CRASHES) ? "raft-core/DESIGN.md" : "docs/testing.md"));
        int start = page.indexOf("\n## " + section + "\n");
        assertTrue(start >= 0, "the table is gone");
        int end = page.indexOf("\n## ", start + 1);
        return page.substring(start, end < 0 ? page.length() : end)
                .lines()
                .filter(line -> line.startsWith("| ") && !line.matches("\\| (system|promise|left behind) .*"))
                .map(line -> line.split("\\|")[3])
                .toList();
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> modules = Files.list(PROJECT)) {
            for (Path module : modules.map(path -> path.resolve("src")).toList()) {
                if (Files.isDirectory(module)) {
                    try (Stream<Path> files = Files.walk(module)) {
                        files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
                    }
                }
            }
        }
        return sources;
    }

    /** Whether a class of this name has a method of that name which JUnit runs. */
    private static boolean isTest(List<Path> sources, String type, String method) {
        return sources.stream().filter(file -> file.endsWith(type + ".java")).anyMatch(file -> isTestIn(file, method));
    }

    private static boolean isTestIn(Path file, String method) {
        try {
            String source = Files.readString(file);
            Matcher declared = Pattern.compile("\\bvoid " + method + "\\(").matcher(source);
            if (!declared.find()) {
                return false;
            }
            String before = source.substring(0, declared.start());
            return ANNOTATED
                    .matcher(before.substring(before.lastIndexOf("\n\n") + 1))
                    .find();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {PROMISES, CRASHES, FAILURES})
    void whatTheTableNamesExists(String section) throws IOException {
        List<Path> sources = sources();
        List<String> missing = new ArrayList<>();
        for (String row : rows(section)) {
            Matcher test = TEST.matcher(row);
            if (!test.find()
                    && !(section.equals(PROMISES) && PLANTED.matcher(row).find())) {
                missing.add("no test in" + row);
            }
            for (test.reset(); test.find(); ) {
                if (!isTest(sources, test.group(1), test.group(2))) {
                    missing.add(test.group());
                }
            }
            for (Matcher bug = PLANTED.matcher(row); bug.find(); ) {
                if (!Files.exists(Path.of("src/planted", bug.group(1) + ".txt"))) {
                    missing.add(bug.group());
                }
            }
        }
        assertEquals(List.of(), missing);
    }

    @Test
    void whatDoesNotExistIsSeen() throws IOException {
        assertTrue(rows(FAILURES).size() >= 30, () -> "the table is short");
        assertTrue(rows(CRASHES).size() >= 10, () -> "the table is short");
        assertTrue(rows(PROMISES).size() >= 25, () -> "the table is short");
        assertTrue(isTest(sources(), "NamedTestsTest", "whatDoesNotExistIsSeen"));
        assertTrue(!isTest(sources(), "NamedTestsTest", "isTestIn"));
        assertTrue(!isTest(sources(), "NoSuchTest", "whatDoesNotExistIsSeen"));
    }
}
