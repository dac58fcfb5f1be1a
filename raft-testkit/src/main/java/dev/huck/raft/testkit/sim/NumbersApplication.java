package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Machine;
import dev.huck.raft.testkit.check.AppliedHistory;
import java.util.ArrayList;
import java.util.List;

/** The simulator's own: {@link SimMachine}, clients whose every answer is judged. */
final class NumbersApplication implements Application {
    private final AppliedHistory applied;
    private final Workload workload;
    private final List<SimClient> clients = new ArrayList<>();
    private final List<SimSessionClient> sessionClients = new ArrayList<>();
    private final List<SimReader> readers = new ArrayList<>();

    NumbersApplication(SimWorld world, Profile profile, Invariants invariants, List<SimHost> hosts) {
        this.applied = invariants.applied();
        this.workload = new Workload(world, profile, applied);
        for (int i = 0; i < profile.clients; i++) {
            clients.add(new SimClient(world, hosts, workload, profile, i + 1));
        }
        for (int i = 0; i < profile.sessions.clients(); i++) {
            sessionClients.add(new SimSessionClient(world, hosts, workload, profile, i + 1));
        }
        for (int i = 0; i < profile.readers; i++) {
            readers.add(new SimReader(world, hosts, workload, i + 1));
        }
    }

    @Override
    public Machine machine(SimProcess process, MachineTrouble trouble) {
        return new SimMachine(applied, trouble, process.host().machineMax());
    }

    @Override
    public boolean isUpToDate(SimProcess process) {
        return process.machine() instanceof SimMachine machine && machine.applied() == applied.size();
    }

    @Override
    public void start() {
        clients.forEach(SimClient::start);
        sessionClients.forEach(SimSessionClient::start);
        readers.forEach(SimReader::start);
    }

    @Override
    public void finish() {
        clients.forEach(SimClient::finish);
        sessionClients.forEach(SimSessionClient::finish);
        readers.forEach(SimReader::finish);
    }

    @Override
    public boolean isFinished() {
        return clients.stream().allMatch(SimClient::isFinished)
                && sessionClients.stream().allMatch(SimSessionClient::isFinished);
    }

    @Override
    public boolean hangUp(SimRandom random) {
        return clients.get(random.nextInt(clients.size())).hangUp();
    }

    @Override
    public void judge() {
        workload.judge();
    }

    @Override
    public boolean expectsLoss() {
        workload.judge();
        workload.close();
        return true;
    }

    @Override
    public int done() {
        return workload.done();
    }
}
