package dev.huck.log.chronicle;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Flags for processes that the tests start. */
final class Flags {
    private static final int FIRST_THAT_WARNS_OF_UNSAFE = 24;

    private Flags() {}

    /** As the module ships them, and one that older JVMs don't know. */
    static List<String> shipped() {
        List<String> flags = new ArrayList<>();
        flags.add("@"
                + Path.of("src/main/resources/META-INF/chronicle-jvm.args")
                        .toAbsolutePath());
        if (Runtime.version().feature() >= FIRST_THAT_WARNS_OF_UNSAFE) {
            flags.add("--sun-misc-unsafe-memory-access=allow");
        }
        return flags;
    }
}
