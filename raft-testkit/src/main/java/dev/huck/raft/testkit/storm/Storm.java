package dev.huck.raft.testkit.storm;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.Machine;
import dev.huck.raft.testkit.sim.FaultKind;
import dev.huck.raft.testkit.sim.Outcome;
import dev.huck.raft.testkit.sim.RunSpec;
import dev.huck.raft.testkit.sim.StormRun;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Runs a machine of yours on simulated clusters of one to seven nodes while processes die, disks lose writes and networks
 * break, and finds what a replicated machine must not do: results that are not the same on every node, state that a
 * snapshot does not hold or hold in the same bytes, commands that no node can apply.
 *
 * <pre>{@code
 * @Test
 * void ticketsAreTheSameOnEveryNode() {
 *     Storm.of(TicketServer::new)
 *             .commands(random -> Command.of(random.nextInt(3) == 0 ? "last" : "ticket"))
 *             .seeds(100)
 *             .run();
 * }
 * }</pre>
 *
 * <p>A run is decided by its seed alone, as long as the machine and the commands are: so a failure names a seed, and
 * {@link #replay} shows that run again. Immutable; each method but {@code run} and {@code replay} gives a changed copy.
 *
 * <p><b>Threading.</b> Everything happens on the calling thread, in virtual time: a storm of twenty seconds takes a tenth
 * of one.
 */
public final class Storm {
    private final Supplier<? extends Machine> machines;
    private final Function<? super RandomGenerator, Command> commands;
    private final long first;
    private final int count;
    private final int stateEvery;
    private final boolean comparesStates;
    private final Set<FaultKind> faults;

    private Storm(
            Supplier<? extends Machine> machines,
            Function<? super RandomGenerator, Command> commands,
            long first,
            int count,
            int stateEvery,
            boolean comparesStates,
            Set<FaultKind> faults) {
        this.machines = machines;
        this.commands = commands;
        this.first = first;
        this.count = count;
        this.stateEvery = stateEvery;
        this.comparesStates = comparesStates;
        this.faults = faults;
    }

    /**
     * A storm for a machine.
     *
     * @param machines makes a fresh, empty machine each time
     * @return the storm; it still needs {@link #commands}
     */
    public static Storm of(Supplier<? extends Machine> machines) {
        return new Storm(
                machines,
                random -> {
                    throw new IllegalStateException("a storm needs commands(…)");
                },
                1,
                100,
                16,
                true,
                FaultKind.all());
    }

    /**
     * Sets what clients send.
     *
     * @param next makes a command from the randomness that it is given, and from nothing else
     * @return the storm
     */
    public Storm commands(Function<? super RandomGenerator, Command> next) {
        return new Storm(machines, next, first, count, stateEvery, comparesStates, faults);
    }

    /**
     * Sets how many runs there are.
     *
     * @param runs at least 1; 100 by default
     * @return the storm
     */
    public Storm seeds(int runs) {
        return new Storm(machines, commands, first, runs, stateEvery, comparesStates, faults);
    }

    /**
     * Sets the seed of the first run; the others follow.
     *
     * @param seed any number; 1 by default
     * @return the storm
     */
    public Storm from(long seed) {
        return new Storm(machines, commands, seed, count, stateEvery, comparesStates, faults);
    }

    /**
     * Sets how often states are compared while commands are applied, by writing snapshots out. At the end of every run
     * they are in any case.
     *
     * @param commandsBetween behind one in so many commands; 16 by default; 0 for at the end only
     * @return the storm
     */
    public Storm comparingStatesEvery(int commandsBetween) {
        return new Storm(machines, commands, first, count, commandsBetween, comparesStates, faults);
    }

    /**
     * For a machine that writes equal states in different bytes, such as in the order of a hash table: results are
     * compared, states are not.
     *
     * @return the storm
     */
    public Storm comparingResultsOnly() {
        return new Storm(machines, commands, first, count, stateEvery, false, faults);
    }

    /**
     * Leaves some kinds of faults out.
     *
     * @param kinds their names, as {@code bin/huck-sim --help} lists them
     * @return the storm
     */
    public Storm without(String... kinds) {
        Set<FaultKind> left = EnumSet.copyOf(faults);
        for (String kind : kinds) {
            left.remove(FaultKind.of(kind));
        }
        return new Storm(machines, commands, first, count, stateEvery, comparesStates, left);
    }

    /**
     * Runs all seeds.
     *
     * @throws StormFailure at the first that shows something wrong
     */
    public void run() {
        for (long seed = first; seed < first + count; seed++) {
            String violation = run(seed, null).violation();
            if (violation != null) {
                throw new StormFailure(
                        seed, violation + "; see it again: the same storm, .replay(" + seed + ", System.out::println)");
            }
        }
    }

    /**
     * Runs one seed and tells what happens in it.
     *
     * @param seed the seed
     * @param transcript takes a line for everything that happens
     */
    public void replay(long seed, Consumer<String> transcript) {
        run(seed, transcript);
    }

    private Outcome run(long seed, @Nullable Consumer<String> trace) {
        return new StormRun(machines, commands, stateEvery, comparesStates)
                .run(RunSpec.of(seed).withFaults(faults), trace);
    }
}
