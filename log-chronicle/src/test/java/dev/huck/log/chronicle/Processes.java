package dev.huck.log.chronicle;

import dev.huck.log.chronicle.process.Opening;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Command lines of {@link Opening}. */
final class Processes {
    private static final int FIRST_THAT_WARNS_OF_UNSAFE = 24;
    private static final List<String> OF_TESTS =
            List.of("junit", "opentest4j", "apiguardian", "logback", "surefire", "test-classes", "testkit", "picocli");
    private static final String CLASSES =
            Path.of("target/test-classes").toAbsolutePath().toString();

    private Processes() {}

    /** Flags as the module ships them, and one that older JVMs don't know. */
    static List<String> shippedFlags() {
        List<String> flags = new ArrayList<>();
        flags.add(
                "@" + Path.of("src/main/resources/META-INF/chronicle-jvm.args").toAbsolutePath());
        flags.addAll(flagsOfNewerJvms());
        return flags;
    }

    static List<String> flagsOfNewerJvms() {
        return Runtime.version().feature() >= FIRST_THAT_WARNS_OF_UNSAFE
                ? List.of("--sun-misc-unsafe-memory-access=allow")
                : List.of();
    }

    static List<String> onTheModulePath(List<String> flags, Path log, String... more) {
        List<String> command = java(flags);
        command.addAll(List.of("--module-path", jars(), "--add-modules", "dev.huck.log.chronicle"));
        command.addAll(List.of("-cp", CLASSES, Opening.class.getName(), log.toString()));
        command.addAll(List.of(more));
        return command;
    }

    static List<String> onTheClassPath(List<String> flags, Path log) {
        List<String> command = java(flags);
        command.addAll(List.of("-cp", jars() + File.pathSeparator + CLASSES, Opening.class.getName(), log.toString()));
        return command;
    }

    private static List<String> java(List<String> flags) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        return command;
    }

    /** What this module needs at run time. */
    private static String jars() {
        return Stream.of("jdk.module.path", "java.class.path")
                .flatMap(property ->
                        Arrays.stream(System.getProperty(property, "").split(File.pathSeparator)))
                .filter(path -> !path.isEmpty() && OF_TESTS.stream().noneMatch(path::contains))
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
    }
}
