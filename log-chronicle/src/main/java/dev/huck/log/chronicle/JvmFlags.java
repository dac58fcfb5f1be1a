package dev.huck.log.chronicle;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What Chronicle needs of the JVM before its first class is used. Without its flags it fails with errors that say nothing
 * of them, or believes that the queue can only be read, and says so in its log alone.
 */
final class JvmFlags {
    private static final String SOME_CLASS_OF_CHRONICLE = "net.openhft.chronicle.core.Jvm";

    private JvmFlags() {}

    /**
     * Turns off what Chronicle does beside its work, unless a user has decided otherwise: it reports its use to its makers,
     * advertises in the log, and watches disks in a thread of its own.
     */
    static void quiet() {
        setIfAbsent("chronicle.analytics.disable");
        setIfAbsent("chronicle.announcer.disable");
        setIfAbsent("chronicle.disk.monitor.disable");
    }

    private static void setIfAbsent(String property) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, "true");
        }
    }

    /**
     * Looks whether all is there.
     *
     * @throws IOException that names what is missing, ready to be copied into a command line
     */
    static void check() throws IOException {
        Module chronicle;
        try {
            chronicle = Class.forName(SOME_CLASS_OF_CHRONICLE, false, JvmFlags.class.getClassLoader())
                    .getModule();
        } catch (ClassNotFoundException e) {
            throw new IOException("Chronicle Queue is not on the module path or the class path", e);
        }
        List<String> missing = missing(Object.class.getModule(), chronicle);
        if (!missing.isEmpty()) {
            throw new IOException("the log store 'chronicle' needs flags that this JVM was started without: "
                    + String.join(" ", missing));
        }
    }

    private static List<String> missing(Module base, Module chronicle) {
        String target = "=" + (chronicle.isNamed() ? chronicle.getName() : "ALL-UNNAMED");
        List<String> missing = new ArrayList<>();
        if (!base.isOpen("java.lang.reflect", chronicle)) {
            missing.add("--add-opens java.base/java.lang.reflect" + target);
        }
        if (!base.isExported("sun.nio.ch", chronicle)) {
            missing.add("--add-exports java.base/sun.nio.ch" + target);
        }
        // Only silences a warning, so it is no reason to refuse; named with the others.
        if (!missing.isEmpty() && !base.isExported("jdk.internal.ref", chronicle)) {
            missing.add("--add-exports java.base/jdk.internal.ref" + target);
        }
        return missing;
    }
}
