package dev.huck.raft.testkit.sim;

import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a seed and says what it broke, in types of the JDK alone: so that it can be called from outside when it, the
 * simulator and the node were loaded by a class loader of their own.
 */
public final class SeedTest implements BiFunction<Long, @Nullable Consumer<String>, @Nullable String> {

    @Override
    public @Nullable String apply(Long seed, @Nullable Consumer<String> trace) {
        return new Simulation(seed, trace).run().violation();
    }
}
