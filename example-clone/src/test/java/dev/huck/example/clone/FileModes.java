package dev.huck.example.clone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What the modes of files allow; and how a program is started that they bind, which by itself they don't when root runs it. */
final class FileModes {
    /** By these root reads and writes what it likes. */
    private static final String POWERS = "-dac_override,-dac_read_search";

    private static final List<List<String>> WAYS =
            List.of(List.of(), List.of("setpriv", "--bounding-set", POWERS, "--inh-caps", POWERS));

    private FileModes() {}

    /**
     * What is to stand before a command that is to obey the modes of files. Skips the test where there is no way.
     *
     * @param folder takes a file to try it on
     */
    static List<String> obeyed(Path folder) throws Exception {
        Path closed = Files.createFile(folder.resolve("closed"));
        set(closed, "---------");
        for (List<String> way : WAYS) {
            if ((way.isEmpty() || Programs.exists(way.get(0))) && !canRead(way, closed)) {
                return way;
            }
        }
        Programs.skip(
                "root may read everything, and setpriv, which can take that from a process, is not there or fails");
        throw new AssertionError("skipped");
    }

    private static boolean canRead(List<String> way, Path file) throws Exception {
        List<String> command = new ArrayList<>(way);
        command.addAll(List.of("sh", "-c", "cat \"$0\" || exit 7", file.toString()));
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor() != 7; // a way that does not even start the shell is none
    }

    /** Sets a mode, as ls shows it, and returns the one before. */
    static String set(Path path, String mode) throws IOException {
        Set<PosixFilePermission> before = Files.getPosixFilePermissions(path);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
        return PosixFilePermissions.toString(before);
    }
}
