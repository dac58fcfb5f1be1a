package dev.huck.example.ticket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a user's own application meets: its engine, log and transport are found by putting their jars on the module path,
 * or on the class path, without a flag that opens the JDK.
 */
class ModulePathIT {
    private static final String MAIN = "dev.huck.example.ticket.TicketProbe";

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void jarsOnTheModulePathAreEnough(int release) throws Exception {
        Run run = run(release, modulePath(jar -> true));
        assertEquals("ticket 1\n", run.out, run.err);
        assertEquals(0, run.code);
        assertNoComplaint(run);
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void jarsOnTheClassPathAreEnough(int release) throws Exception {
        Run run = run(release, classPath());
        assertEquals("ticket 1\n", run.out, run.err);
        assertEquals(0, run.code);
        assertNoComplaint(run);
    }

    /** On 25 the JVM then warns of native access, and goes on. */
    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void noFlagOfTheJvmIsNeeded(int release) throws Exception {
        Run modules = start(release, List.of(), modulePath(jar -> true));
        assertEquals("ticket 1\n", modules.out, modules.err);
        assertEquals(0, modules.code);
        Run classes = start(release, List.of(), classPath());
        assertEquals("ticket 2\n", classes.out, classes.err);
        assertEquals(0, classes.code);
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void ticketsOutliveTheProcess(int release) throws Exception {
        assertEquals("ticket 1\n", run(release, modulePath(jar -> true)).out);
        assertEquals("ticket 2\n", run(release, classPath()).out);
        assertEquals("ticket 3\n", run(release, modulePath(jar -> true)).out);
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void storeInMemoryIsUsedOnlyWhenNamed(int release) throws Exception {
        List<String> withoutDurable = modulePath(jar -> !jar.startsWith("log-"));
        Run unnamed = run(release, withoutDurable);
        assertNotEquals(0, unnamed.code);
        assertTrue(unnamed.err.contains("memory"), unnamed.err);
        assertEquals("", unnamed.out);

        Run named = run(release, withoutDurable, "memory");
        assertEquals("ticket 1\n", named.out, named.err);
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void storeThatIsNotThereIsRefusedWithThoseThatAre(int release) throws Exception {
        Run run = run(release, modulePath(jar -> true), "bolt");
        assertEquals(1, run.code, run.err);
        assertTrue(run.err.contains("bolt") && run.err.contains("lmdb") && run.err.contains("memory"), run.err);
    }

    /** It is named with those that are there, and no flag is needed as long as it is not chosen. */
    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void logOnChronicleIsUsedWhenNamedAndGivenItsFlags(int release) throws Exception {
        Run refused = start(release, List.of(), modulePath(jar -> true), "chronicle");
        assertEquals(1, refused.code, refused.err);
        assertTrue(refused.err.contains("--add-opens java.base/java.lang.reflect=chronicle.core"), refused.err);
        assertTrue(refused.err.contains("--add-exports java.base/sun.nio.ch=chronicle.core"), refused.err);

        List<String> withoutLmdb = modulePath(jar -> !jar.matches("(log-lmdb|lmdbjava|jnr|jffi|asm).*"));
        Run modules = start(release, chronicle(release, "chronicle.core", withoutLmdb), withoutLmdb, "chronicle");
        assertEquals("ticket 1\n", modules.out, modules.err);
        assertNoComplaint(modules);
        List<String> withLmdb = modulePath(jar -> true);
        Run both = start(release, chronicle(release, "chronicle.core", withLmdb), withLmdb);
        assertEquals("ticket 2\n", both.out, both.err);
        assertNoComplaint(both);
        Run classes = start(release, chronicle(release, "ALL-UNNAMED", classPath()), classPath());
        assertEquals("ticket 3\n", classes.out, classes.err);
        assertNoComplaint(classes);
    }

    private static List<String> chronicle(int release, String module, List<String> how) {
        List<String> flags = new ArrayList<>(List.of(
                "--enable-native-access=" + (module.equals("ALL-UNNAMED") ? module : natives(how)),
                "--add-opens=java.base/java.lang.reflect=" + module,
                "--add-exports=java.base/sun.nio.ch=" + module,
                "--add-exports=java.base/jdk.internal.ref=" + module));
        if (release >= 23) {
            flags.add("--sun-misc-unsafe-memory-access=allow");
        }
        return flags;
    }

    private record Run(int code, String out, String err) {}

    private Run run(int release, List<String> how, String... backend) throws Exception {
        String natives = how.contains("-cp") ? "ALL-UNNAMED" : natives(how);
        return start(release, List.of("--enable-native-access=" + natives), how, backend);
    }

    private Run start(int release, List<String> flags, List<String> how, String... backend) throws Exception {
        Path java = Jdks.java(release).orElse(null);
        if (java == null) {
            System.out.println(
                    "SKIPPED ModulePathIT on JDK " + release + ": none is found; set JAVA" + release + "_HOME");
            Assumptions.abort("no JDK " + release);
        }
        List<String> command = new ArrayList<>();
        command.add(java.toString());
        command.addAll(flags);
        command.addAll(how);
        command.add(folder.resolve("data").toString());
        command.addAll(List.of(backend));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("no end after two minutes: " + Files.readString(err));
        }
        return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    /** Only modules that are there may be named, or the JVM warns. */
    private static String natives(List<String> how) {
        return how.stream().anyMatch(part -> part.contains("log-lmdb"))
                ? "org.jnrproject.jffi,io.netty.common"
                : "io.netty.common";
    }

    /** The JVM warns of reflection, native access and Unsafe; the logging facade, of having no logger. */
    private static void assertNoComplaint(Run run) {
        List<String> complaints =
                run.err.lines().filter(line -> !line.startsWith("SLF4J")).toList();
        assertEquals(List.of(), complaints);
        assertFalse(run.err.contains("WARNING"), run.err);
    }

    private static List<String> modulePath(Predicate<String> jar) throws IOException {
        return List.of("-p", jars(jar), "-m", "dev.huck.example.ticket/" + MAIN);
    }

    private static List<String> classPath() throws IOException {
        return List.of("-cp", jars(jar -> true), MAIN);
    }

    private static String jars(Predicate<String> wanted) throws IOException {
        try (var jars = Files.list(Path.of(System.getProperty("huck.app.lib")))) {
            return jars.filter(jar -> wanted.test(jar.getFileName().toString()))
                    .map(Path::toString)
                    .sorted()
                    .collect(Collectors.joining(File.pathSeparator));
        }
    }
}
