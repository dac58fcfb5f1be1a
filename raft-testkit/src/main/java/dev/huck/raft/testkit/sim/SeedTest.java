package dev.huck.raft.testkit.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a run, given as {@link RunSpec#toString} writes it, and says what it broke and, behind that, which faults happened;
 * in types of the JDK alone, so that it can be called from outside when it, the simulator and the node were loaded by a
 * class loader of their own.
 */
public final class SeedTest implements BiFunction<String, @Nullable Consumer<String>, List<String>> {

    /** The first element of the answer: what was broken, or nothing. */
    @Override
    public List<String> apply(String spec, @Nullable Consumer<String> trace) {
        Simulation simulation = new Simulation(RunSpec.parse(spec), trace);
        String violation = simulation.run().violation();
        List<String> answer = new ArrayList<>(simulation.happened());
        answer.add(0, violation == null ? "" : violation);
        return answer;
    }
}
