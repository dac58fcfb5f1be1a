package dev.huck.example.clone;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Programs that a test needs and a machine may lack. */
public final class Programs {
    private Programs() {}

    public static boolean exists(String name) {
        String path = System.getenv().getOrDefault("PATH", "");
        for (String folder : path.split(java.io.File.pathSeparator)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, name))) {
                return true;
            }
        }
        return false;
    }

    /** Skips the test, and says so, where the program is missing. */
    static void require(String name) {
        if (!exists(name)) {
            skip(name + " is not on the path");
        }
    }

    /** Skips the test and says why, in a line that the build collects. */
    public static void skip(String why) {
        note(why);
        Assumptions.abort(why);
    }

    /** Says that a part of a test is left out, and why, in a line that the build collects. */
    static void note(String why) {
        System.out.println("SKIPPED "
                + StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
                        .walk(frames -> frames.filter(frame -> frame.getDeclaringClass() != Programs.class)
                                .findFirst()
                                .map(frame -> frame.getDeclaringClass().getSimpleName() + "." + frame.getMethodName())
                                .orElse("a test"))
                + ": " + why);
    }
}
