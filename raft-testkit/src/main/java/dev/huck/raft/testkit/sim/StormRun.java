package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.Machine;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A simulated cluster of somebody's machine.
 *
 * @param machines makes fresh machines
 * @param commands makes the next command of a client, from nothing but the randomness that it is given
 * @param stateEvery behind one in so many commands states are compared; 0 for at the end only
 * @param comparesStates whether states are compared at all
 */
public record StormRun(
        Supplier<? extends Machine> machines,
        Function<? super RandomGenerator, Command> commands,
        int stateEvery,
        boolean comparesStates) {

    /**
     * Runs it.
     *
     * @param spec which run
     * @param trace takes a readable transcript; null for none
     * @return what came out
     */
    public Outcome run(RunSpec spec, @Nullable Consumer<String> trace) {
        return new Simulation(
                        spec,
                        new RaftNodes(),
                        (world, profile, invariants, hosts) -> new StormApplication(this, world, profile, hosts),
                        trace)
                .run();
    }
}
