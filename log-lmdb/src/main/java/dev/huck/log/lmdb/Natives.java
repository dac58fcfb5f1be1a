package dev.huck.log.lmdb;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Finds LMDB's native library before lmdbjava looks for it. Left to itself, lmdbjava unpacks a fresh copy into the
 * temporary folder at each start, which a killed process leaves behind; here it is unpacked once, into the store's own
 * directory, where nobody else can put another in its place.
 */
final class Natives {
    private static final String LIBRARY = "lmdbjava.native.lib";

    /** What this has set; it may be gone since, with a damaged log that was moved away before LMDB was ever used. */
    private static @Nullable String ours;

    private Natives() {}

    /**
     * Sets the properties by which lmdbjava and jffi find their way; has an effect only before the first use of either.
     * What a user has set stays.
     */
    static synchronized void prepare(Path directory) throws IOException {
        // Else jffi reaches for sun.misc.Unsafe, which newer JDKs warn about and later ones will refuse.
        setIfAbsent("jffi.unsafe.disabled", "true");
        boolean chosen = isChosen(System.getProperty(LIBRARY))
                || System.getProperty("lmdbjava.embedded.lib") != null
                || System.getProperty("lmdbjava.extract.dir") != null;
        String name = libraryName(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
        if (!chosen && name != null) {
            byte[] content = content(name);
            if (content != null) {
                Path file = directory.resolve("liblmdb-" + name);
                unpack(file, content);
                System.setProperty(LIBRARY, file.toString());
                ours = file.toString();
            }
        }
    }

    private static boolean isChosen(@Nullable String library) {
        return library != null && !(library.equals(ours) && !Files.exists(Path.of(library)));
    }

    /** As the library is called among lmdbjava's natives; null on a system for which there is none. */
    static @Nullable String libraryName(String os, String architecture) {
        String arch =
                switch (architecture) {
                    case "amd64", "x86_64" -> "x86_64";
                    case "aarch64", "arm64" -> "aarch64";
                    default -> null;
                };
        String system = os.toLowerCase(Locale.ROOT);
        if (arch == null) {
            return null;
        }
        if (system.startsWith("linux")) {
            return arch + "-linux-gnu.so";
        }
        return system.startsWith("mac os") ? arch + "-macos-none.so" : null;
    }

    private static byte @Nullable [] content(String name) throws IOException {
        try (InputStream in = Natives.class.getResourceAsStream("/org/lmdbjava/native/" + name)) {
            return in == null ? null : in.readAllBytes();
        }
    }

    /** A running process keeps the file it has loaded, so a different one is moved into its place, never written over. */
    static void unpack(Path file, byte[] content) throws IOException {
        if (Files.isRegularFile(file) && Arrays.equals(Files.readAllBytes(file), content)) {
            return;
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.write(fresh, content);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
