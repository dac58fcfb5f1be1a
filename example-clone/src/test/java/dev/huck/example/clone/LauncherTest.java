package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs in bin, in a tree of their own, with a Maven and a Java that only write down that they were called. */
class LauncherTest {
    private static final Path BIN = Path.of("..", "bin");

    @TempDir
    Path folder;

    private Path root;
    private Path programs;
    private Path builds;

    @BeforeEach
    void makeTree() throws IOException {
        root = Files.createDirectories(folder.resolve("the tree"));
        programs = Files.createDirectories(folder.resolve("programs"));
        builds = folder.resolve("builds");
        Files.createDirectories(root.resolve("bin/lib"));
        for (String file : List.of("clone", "huck-sim", "lib/launch.sh")) {
            Files.copy(BIN.resolve(file), root.resolve("bin").resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
        }
        Files.createDirectories(root.resolve("example-clone/src/main/java"));
        Files.createDirectories(root.resolve("raft-core/src/main/java"));
        Files.writeString(root.resolve("pom.xml"), "");
        Files.writeString(root.resolve("example-clone/pom.xml"), "");
        Files.writeString(source(), "class A {}");
        age(root);
        program(
                "mvn",
                """
                echo build >> '%s'
                echo '[INFO] Building Huck API 0.1.0-SNAPSHOT                      [3/7]'
                mkdir '%2$s/building' || echo overlapping >> '%1$s'
                sleep 0.2
                rmdir '%2$s/building'
                for module in example-clone raft-testkit; do
                  case " $* " in *" $module "*) lib='%2$s'/$module/target/app/lib; mkdir -p "$lib"; touch "$lib/$module-1.jar";; esac
                done
                """
                        .formatted(builds, root));
        program("java", """
                echo "$PWD"
                printf '%s\\n' "$@"
                """);
    }

    @Test
    void firstStartBuildsAndSaysSo() throws Exception {
        Run run = run(folder, List.of(root.resolve("bin/clone").toString()));
        assertEquals(0, run.code, run.err);
        assertEquals(1, builds());
        assertTrue(run.err.startsWith("clone: building for the first time"), run.err);
        assertTrue(run.err.contains("  Huck API 0.1.0-SNAPSHOT [3/7]\n"), run.err);
        assertFalse(run.out.contains("Huck API"), run.out);
    }

    @Test
    void secondStartDoesNotBuildAndIsSilent() throws Exception {
        run(folder, List.of(root.resolve("bin/clone").toString()));
        Run run = run(folder, List.of(root.resolve("bin/clone").toString()));
        assertEquals(1, builds());
        assertEquals("", run.err);
    }

    @Test
    void newerSourceIsBuilt() throws Exception {
        run(folder, List.of(root.resolve("bin/clone").toString()));
        Files.setLastModifiedTime(source(), FileTime.from(Instant.now().plusSeconds(1)));
        Run run = run(folder, List.of(root.resolve("bin/clone").toString()));
        assertEquals(2, builds());
        assertTrue(run.err.startsWith("clone: sources are newer than the build"), run.err);
    }

    @Test
    void deletedSourceIsBuiltWithout() throws Exception {
        run(folder, List.of(root.resolve("bin/clone").toString()));
        Files.delete(source());
        Files.setLastModifiedTime(
                source().getParent(), FileTime.from(Instant.now().plusSeconds(1)));
        run(folder, List.of(root.resolve("bin/clone").toString()));
        assertEquals(2, builds());
    }

    @Test
    void newerSourceIsNotBuiltWhenTold() throws Exception {
        run(folder, List.of(root.resolve("bin/clone").toString()));
        Files.setLastModifiedTime(source(), FileTime.from(Instant.now().plusSeconds(1)));
        run(folder, List.of("env", "HUCK_BUILD=never", root.resolve("bin/clone").toString()));
        assertEquals(1, builds());
    }

    @Test
    void nothingThatIsBuiltAndNoLeaveToBuildIsSaid() throws Exception {
        Run run = run(
                folder,
                List.of("env", "HUCK_BUILD=never", root.resolve("bin/clone").toString()));
        assertEquals(1, run.code);
        assertTrue(run.err.startsWith("clone: nothing is built"), run.err);
        assertEquals(1, run.err.lines().count(), run.err);
    }

    @Test
    void nodesStartedTogetherBuildOnce() throws Exception {
        if (!Programs.exists("flock")) {
            Programs.skip("flock is not on the path");
        }
        List<Process> starts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            starts.add(start(folder, List.of(root.resolve("bin/clone").toString()), "" + i));
        }
        for (Process start : starts) {
            assertTrue(start.waitFor(60, TimeUnit.SECONDS));
            assertEquals(0, start.exitValue());
        }
        assertEquals(1, builds());
    }

    @Test
    void programsOfTheSameSourcesBuildOneAfterTheOther() throws Exception {
        if (!Programs.exists("flock")) {
            Programs.skip("flock is not on the path");
        }
        List<Process> starts = List.of(
                start(folder, List.of(root.resolve("bin/clone").toString()), "clone"),
                start(folder, List.of(root.resolve("bin/huck-sim").toString()), "huck-sim"));
        for (Process start : starts) {
            assertTrue(start.waitFor(60, TimeUnit.SECONDS));
            assertEquals(0, start.exitValue());
        }
        assertEquals(List.of("build", "build"), Files.readAllLines(builds));
        assertTrue(
                Files.readString(folder.resolve("huck-sim.err")).startsWith("huck-sim: building for the first time"));
        assertTrue(Files.readString(folder.resolve("huck-sim.out")).contains("dev.huck.raft.testkit.cli.HuckSim"));
    }

    @Test
    void simulatorKnowsWhereTheSourcesAreThatItPlantsBugsIn() throws Exception {
        Run run = run(folder, List.of(root.resolve("bin/huck-sim").toString(), "--planted"));
        assertEquals(0, run.code, run.err);
        assertTrue(run.out.contains("-Dhuck.home=" + root.toRealPath() + "\n"), run.out);
        assertTrue(run.out.endsWith("\n--planted\n"), run.out);
    }

    @Test
    void failedBuildIsReportedAndStartsNothing() throws Exception {
        program("mvn", "echo '[ERROR] no such thing'; exit 1");
        Run run = run(folder, List.of(root.resolve("bin/clone").toString()));
        assertEquals(1, run.code);
        assertTrue(run.err.contains("[ERROR] no such thing"), run.err);
        assertTrue(run.err.contains("clone: the build failed"), run.err);
        assertEquals("", run.out);
    }

    @Test
    void linkFromAnotherFolderStartsInThatFolder() throws Exception {
        Path elsewhere = Files.createDirectories(folder.resolve("else where"));
        Path first = Files.createSymbolicLink(elsewhere.resolve("first"), Path.of("..", "the tree", "bin", "clone"));
        Files.createSymbolicLink(elsewhere.resolve("second"), first.getFileName());
        Run run = run(elsewhere, List.of("./second", "-d", "my data"));
        assertEquals(0, run.code, run.err);
        List<String> lines = run.out.lines().toList();
        assertEquals(elsewhere.toRealPath().toString(), lines.get(0));
        assertEquals(List.of("-d", "my data"), lines.subList(lines.size() - 2, lines.size()));
        assertTrue(
                lines.contains(root.toRealPath()
                        .resolve("example-clone/target/app/lib")
                        .toString()),
                run.out);
    }

    @Test
    void javaHomeWinsOverThePath() throws Exception {
        Path home = Files.createDirectories(folder.resolve("jdk"));
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("bin/java"), "#!/bin/sh\necho the other\n");
        home.resolve("bin/java").toFile().setExecutable(true);
        Run run = run(
                folder,
                List.of("env", "JAVA_HOME=" + home, root.resolve("bin/clone").toString()));
        assertEquals("the other\n", run.out);
    }

    @Test
    void missingJavaIsReported() throws Exception {
        Run run = run(
                folder,
                List.of("env", "JAVA_HOME=/nowhere", root.resolve("bin/clone").toString()));
        assertEquals(1, run.code);
        assertTrue(run.err.contains("clone: no Java: /nowhere/bin/java is not there"), run.err);
    }

    @Test
    void flagsOfTheJvmCanBeReplaced() throws Exception {
        Run run = run(
                folder,
                List.of(
                        "env",
                        "HUCK_JVM=-Xmx1g -XX:+UseG1GC",
                        root.resolve("bin/clone").toString()));
        List<String> lines = run.out.lines().toList();
        assertEquals(List.of("-Xmx1g", "-XX:+UseG1GC"), lines.subList(1, 3));
        assertFalse(run.out.contains("SerialGC"), run.out);
    }

    @Test
    void flagsOfChronicleAreGivenWhereItIs() throws Exception {
        assertEquals(0, flagsOfChronicle(null).size());
        Path app = root.resolve("example-clone/target/app");
        Files.writeString(app.resolve("chronicle-jvm.args"), "");
        assertEquals(0, flagsOfChronicle(null).size(), "the jar was taken away");
        Files.writeString(app.resolve("lib/log-chronicle-1.jar"), "");
        assertEquals(1, flagsOfChronicle(null).size(), "there is no telling which Java it is");
        assertEquals(1, flagsOfChronicle("17.0.15").size());
        assertEquals(1, flagsOfChronicle("22").size());
        assertEquals(2, flagsOfChronicle("23").size());
        assertEquals(2, flagsOfChronicle("25.0.3").size());
    }

    /** What a Java is told whose version is in a file, as in every JDK; null for one without the file. */
    private List<String> flagsOfChronicle(String version) throws Exception {
        Path home = folder.resolve("jdk " + version);
        Files.createDirectories(home.resolve("bin"));
        Files.copy(
                programs.resolve("java"),
                home.resolve("bin/java"),
                StandardCopyOption.COPY_ATTRIBUTES,
                StandardCopyOption.REPLACE_EXISTING);
        if (version != null) {
            Files.writeString(
                    home.resolve("release"),
                    "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\nOS_NAME=\"Linux\"\n");
        }
        Run run = run(
                folder,
                List.of("env", "JAVA_HOME=" + home, root.resolve("bin/clone").toString()));
        assertEquals(0, run.code, run.err);
        return run.out
                .lines()
                .filter(line -> line.endsWith("/chronicle-jvm.args") || line.startsWith("--sun-misc"))
                .toList();
    }

    private record Run(int code, String out, String err) {}

    private Run run(Path directory, List<String> command) throws Exception {
        Process process = start(directory, command, "run");
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return new Run(
                process.exitValue(),
                Files.readString(folder.resolve("run.out")),
                Files.readString(folder.resolve("run.err")));
    }

    private Process start(Path directory, List<String> command, String name) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(folder.resolve(name + ".out").toFile())
                .redirectError(folder.resolve(name + ".err").toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(key -> key.startsWith("HUCK_") || key.equals("JAVA_HOME"));
        environment.put("PATH", programs + ":" + environment.get("PATH"));
        return builder.start();
    }

    private void program(String name, String body) throws IOException {
        Files.writeString(programs.resolve(name), "#!/bin/sh\n" + body);
        programs.resolve(name).toFile().setExecutable(true);
    }

    private Path source() {
        return root.resolve("raft-core/src/main/java/A.java");
    }

    private long builds() throws IOException {
        return Files.exists(builds) ? Files.readAllLines(builds).size() : 0;
    }

    /** Makes everything an hour old: the clock of a file system may be coarse. */
    private static void age(Path tree) throws IOException {
        FileTime past = FileTime.from(Instant.now().minusSeconds(3600));
        try (var files = Files.walk(tree)) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, past);
            }
        }
    }
}
