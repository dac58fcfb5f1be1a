package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Machine;
import dev.huck.raft.testkit.check.ReplicaAgreement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Somebody's machine and clients that send somebody's commands; replicas are compared with each other. */
final class StormApplication implements Application {
    private final StormRun storm;
    private final ReplicaAgreement agreement;
    private final List<StormClient> clients = new ArrayList<>();
    private final List<SimHost> hosts;
    private final Runnable judge;

    StormApplication(StormRun storm, SimWorld world, Profile profile, List<SimHost> hosts) {
        this(storm, world, profile, hosts, StormClient.History.NONE, () -> {});
    }

    private StormApplication(
            StormRun storm,
            SimWorld world,
            Profile profile,
            List<SimHost> hosts,
            StormClient.History history,
            Runnable judge) {
        this.storm = storm;
        this.agreement = new ReplicaAgreement(world::violated);
        this.hosts = hosts;
        this.judge = judge;
        for (int i = 1; i <= profile.clients; i++) {
            clients.add(new StormClient(world, hosts, profile, storm.commands(), i, history));
        }
    }

    /** The simulator's own lists, whose history is judged too. */
    static StormApplication ofLists(SimWorld world, Profile profile, List<SimHost> hosts) {
        ListHistory history = new ListHistory(world::violated, profile.promised(profile.consistency));
        StormRun lists = new StormRun(ListMachine::new, ListMachine::command, 64, true);
        return new StormApplication(lists, world, profile, hosts, history, history::judge);
    }

    @Override
    public Machine machine(SimProcess process, MachineTrouble trouble) {
        String who = "n" + (process.host().number() + 1);
        Supplier<? extends Machine> machines = storm.machines();
        return new WatchedMachine(who, machines, agreement, trouble, storm.comparesStates() ? storm.stateEvery() : 0);
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
    public boolean hangUp(SimRandom random) {
        return clients.get(random.nextInt(clients.size())).hangUp();
    }

    /** All nodes that run have applied everything: all states must be the same. */
    @Override
    public void judge() {
        clients.forEach(StormClient::disconnected);
        for (SimHost host : hosts) {
            SimProcess process = host.process();
            if (storm.comparesStates()
                    && process != null
                    && process.isAlive()
                    && process.machine() instanceof WatchedMachine machine
                    && machine.position() == agreement.last()) {
                machine.compareState();
            }
        }
        judge.run();
    }

    /** Replicas would be compared with what was lost. */
    @Override
    public boolean expectsLoss() {
        return false;
    }

    @Override
    public int done() {
        return clients.stream().mapToInt(StormClient::done).sum();
    }
}
