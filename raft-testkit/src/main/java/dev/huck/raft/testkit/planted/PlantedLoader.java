package dev.huck.raft.testkit.planted;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Loads the engine and the simulator once more, apart from those that run already, with some classes replaced. Everything
 * else, the API included, is shared.
 */
final class PlantedLoader extends ClassLoader {
    private final Map<String, byte[]> replaced;
    private final ClassLoader original;

    PlantedLoader(Map<String, byte[]> replaced, ClassLoader original) {
        super(original);
        this.replaced = replaced;
        this.original = original;
    }

    private static boolean isOwn(String name) {
        return name.startsWith("dev.huck.raft.core.") || name.startsWith("dev.huck.raft.testkit.");
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!isOwn(name)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        byte[] bytes = replaced.get(name);
        if (bytes == null) {
            bytes = originalBytes(name);
        }
        if (bytes == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, bytes, 0, bytes.length);
    }

    private byte @Nullable [] originalBytes(String name) throws ClassNotFoundException {
        try (InputStream in = original.getResourceAsStream(name.replace('.', '/') + ".class")) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }
}
