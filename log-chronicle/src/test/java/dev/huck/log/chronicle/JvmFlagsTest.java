package dev.huck.log.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes of their own, on the module path and on the class path, with and without the flags. */
class JvmFlagsTest {
    private static final Ended OPENED = new Ended("opened", "");

    @TempDir
    private Path folder;

    private Path log;

    @BeforeEach
    void name() {
        log = folder.resolve("log");
    }

    @Test
    void theFlagsOfTheModulePathAreNamedAsTheyAreShipped() throws Exception {
        List<String> flags = Files.readAllLines(Path.of("src/main/resources/META-INF/chronicle-jvm.args")).stream()
                .filter(line -> !line.startsWith("#"))
                .toList();
        Ended ended = run(Processes.onTheModulePath(List.of(), log));
        assertEquals(
                "the log store 'chronicle' needs flags that this JVM was started without: " + String.join(" ", flags),
                ended.out);
        assertEquals("", ended.err);
        assertFalse(Files.exists(log), "nothing is made");
    }

    @Test
    void theFlagsOfTheClassPathAreNamedAndEnough() throws Exception {
        Ended ended = run(Processes.onTheClassPath(List.of(), log));
        assertTrue(ended.out.contains("java.base/java.lang.reflect=ALL-UNNAMED"), ended.out);
        List<String> flags = new ArrayList<>(Processes.flagsOfNewerJvms());
        flags.addAll(List.of(ended.out.substring(ended.out.indexOf("--")).split(" ")));
        assertEquals(OPENED, run(Processes.onTheClassPath(flags, log)));
    }

    @Test
    void withTheShippedFlagsNothingIsSaidOnStandardError() throws Exception {
        assertEquals(OPENED, run(Processes.onTheModulePath(Processes.shippedFlags(), log)));
    }

    @Test
    void oneFlagIsNotEnough() throws Exception {
        List<String> flags = List.of("--add-opens", "java.base/java.lang.reflect=chronicle.core");
        Ended ended = run(Processes.onTheModulePath(flags, log));
        assertTrue(ended.out.contains(": --add-exports java.base/sun.nio.ch=chronicle.core"), ended.out);
    }

    private record Ended(String out, String err) {}

    private Ended run(List<String> command) throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        } finally {
            process.destroyForcibly();
        }
        List<String> errors = Files.readAllLines(err).stream()
                .filter(line -> !line.startsWith("SLF4J")) // has no logger, and says so
                .toList();
        return new Ended(Files.readString(out).strip(), String.join("\n", errors));
    }
}
