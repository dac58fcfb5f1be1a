package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.Machine;
import dev.huck.raft.testkit.check.ReplicaAgreement;
import java.util.ArrayList;
import java.util.List;
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
        return new Simulation(spec, new RaftNodes(), Storming::new, trace).run();
    }

    private final class Storming implements Application {
        private final ReplicaAgreement agreement;
        private final List<StormClient> clients = new ArrayList<>();
        private final List<SimHost> hosts;

        Storming(SimWorld world, Profile profile, Invariants invariants, List<SimHost> hosts) {
            this.agreement = new ReplicaAgreement(world::violated);
            this.hosts = hosts;
            for (int i = 1; i <= profile.clients; i++) {
                clients.add(new StormClient(world, hosts, profile, commands, i));
            }
        }

        @Override
        public Machine machine(SimProcess process, MachineTrouble trouble) {
            return new WatchedMachine(
                    "n" + (process.host().number() + 1),
                    machines,
                    agreement,
                    trouble,
                    comparesStates ? stateEvery : 0);
        }

        @Override
        public boolean isUpToDate(SimProcess process) {
            return process.machine() instanceof WatchedMachine machine && machine.position() == agreement.last();
        }

        @Override
        public void start() {
            clients.forEach(StormClient::start);
        }

        @Override
        public void finish() {
            clients.forEach(StormClient::finish);
        }

        @Override
        public boolean isFinished() {
            return clients.stream().allMatch(StormClient::isFinished);
        }

        @Override
        public void hangUp(SimRandom random) {
            clients.get(random.nextInt(clients.size())).hangUp();
        }

        /** All nodes that run have applied everything: all states must be the same. */
        @Override
        public void judge() {
            for (SimHost host : hosts) {
                SimProcess process = host.process();
                if (comparesStates
                        && process != null
                        && process.isAlive()
                        && process.machine() instanceof WatchedMachine machine
                        && machine.position() == agreement.last()) {
                    machine.compareState();
                }
            }
        }

        @Override
        public int done() {
            return clients.stream().mapToInt(StormClient::done).sum();
        }
    }
}
