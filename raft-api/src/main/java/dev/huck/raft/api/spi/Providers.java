package dev.huck.raft.api.spi;

import dev.huck.raft.api.HuckException;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Function;

/** Finds the parts that the module path, or the class path, offers. */
public final class Providers {
    private Providers() {}

    /**
     * The provider of that name; if none is named, the only one.
     *
     * @param service the service, one of this package
     * @param name gives a provider its name
     * @param wanted the name; empty for none
     * @param <S> the service
     * @return the provider
     * @throws HuckException.StartFailed when there is none; the message lists those that are there
     */
    public static <S> S choose(Class<S> service, Function<S, String> name, String wanted) {
        List<S> found = all(service);
        List<String> names = found.stream().map(name).toList();
        if (wanted.isEmpty() && found.size() == 1) {
            return found.get(0);
        }
        int at = names.indexOf(wanted);
        if (at >= 0) {
            return found.get(at);
        }
        String there = names.isEmpty() ? "none is on the module path or the class path" : "there are " + names;
        throw new HuckException.StartFailed(
                "ERR no " + service.getSimpleName() + (wanted.isEmpty() ? " chosen" : " '" + wanted + "'") + ": "
                        + there,
                null);
    }

    /**
     * All providers there are.
     *
     * @param service the service, one of this package
     * @param <S> the service
     * @return the providers, in the order in which they were found
     * @throws HuckException.StartFailed when one can't be loaded
     */
    public static <S> List<S> all(Class<S> service) {
        List<S> found = new ArrayList<>();
        try {
            load(service).forEach(found::add);
        } catch (ServiceConfigurationError e) {
            throw new HuckException.StartFailed(
                    "ERR a provider of " + service.getSimpleName() + " can't be loaded: " + e.getMessage(), e);
        }
        return found;
    }

    private static <S> ServiceLoader<S> load(Class<S> service) {
        // In an application with a module layer of its own, the layer sees more than the loader.
        ModuleLayer layer = service.getModule().getLayer();
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        if (layer != null && layer != ModuleLayer.boot()) {
            return ServiceLoader.load(layer, service);
        }
        return loader == null ? ServiceLoader.load(service) : ServiceLoader.load(service, loader);
    }
}
