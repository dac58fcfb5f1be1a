package dev.huck.example.ticket;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** JDKs of this machine. */
final class Jdks {
    private static final Path SYSTEM = Path.of("/usr/lib/jvm");

    private Jdks() {}

    /** The {@code java} of a release: this process's own, that of {@code JAVA25_HOME} (for 25), or one of the system's. */
    static Optional<Path> java(int release) {
        if (Runtime.version().feature() == release) {
            return Optional.of(Path.of(System.getProperty("java.home"), "bin", "java"));
        }
        List<Path> homes = new ArrayList<>();
        String named = System.getenv("JAVA" + release + "_HOME");
        if (named != null) {
            homes.add(Path.of(named));
        }
        homes.addAll(systemHomes());
        return homes.stream()
                .filter(home -> isRelease(home, release))
                .map(home -> home.resolve("bin/java"))
                .findFirst();
    }

    private static List<Path> systemHomes() {
        if (!Files.isDirectory(SYSTEM)) {
            return List.of();
        }
        try (var homes = Files.list(SYSTEM)) {
            return homes.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every JDK has a file that names its version. */
    private static boolean isRelease(Path home, int release) {
        try {
            return Files.isExecutable(home.resolve("bin/java"))
                    && Files.readString(home.resolve("release")).contains("JAVA_VERSION=\"" + release);
        } catch (IOException e) {
            return false;
        }
    }
}
