package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.spi.CorruptLogException;
import dev.huck.raft.api.spi.LogStore;
import dev.huck.raft.api.spi.Transport;
import dev.huck.raft.core.consensus.Limits;
import dev.huck.raft.core.env.Disk;
import dev.huck.raft.core.env.Environment;
import dev.huck.raft.core.env.Stage;
import java.io.IOException;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;

/** The world as one process sees it. */
final class SimEnvironment implements Environment {
    private final SimWorld world;
    private final SimProcess process;
    private final SimNetwork network;
    private final SimRandom random;
    private final Profile profile;
    private final IoCost cost;
    private final DoubleSupplier lateTimers;
    private final Runnable logSetAside;
    private int stages;

    /**
     * A world.
     *
     * @param lateTimers the share of timers that are late, by now
     * @param logSetAside puts an empty log in the place of the machine's
     */
    SimEnvironment(
            SimWorld world,
            SimProcess process,
            SimNetwork network,
            Profile profile,
            IoCost cost,
            DoubleSupplier lateTimers,
            Runnable logSetAside) {
        this.logSetAside = logSetAside;
        this.lateTimers = lateTimers;
        this.world = world;
        this.process = process;
        this.network = network;
        this.profile = profile;
        this.random = world.random("process " + process.number());
        this.cost = cost;
    }

    @Override
    public long nanoTime() {
        return process.host().monotonic(world.now());
    }

    @Override
    public long wallNanos() {
        return process.host().wall(world.now());
    }

    @Override
    public String bootId() {
        return process.host().bootId();
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public Limits limits() {
        return profile.limits;
    }

    @Override
    public long memoryBudget(long wanted) {
        return Math.min(wanted, profile.memory);
    }

    @Override
    public Stage stage(String name) {
        SimRandom jitter = world.random("stage " + name + " " + process.number());
        return new SimStage(world, process, name, stages++, jitter, lateTimers, cost::stall);
    }

    @Override
    public Disk disk() {
        return process.host().disk().mount(process.gate(), cost);
    }

    @Override
    public LogStore openLog(Durability durability) throws IOException {
        if (process.host().log().isCutOff()) {
            throw new CorruptLogException("log: it was cut off", 0);
        }
        SimHost host = process.host();
        return new SimLogStore(host.log(), process.gate(), cost, acknowledged -> {
            if (process.node() == null) { // Later a leader has it replaced.
                host.forget(acknowledged);
            }
        });
    }

    @Override
    public String setLogAside(boolean again) throws IOException {
        cost.spend(true);
        if (process.gate().enter()) {
            throw process.gate().crash();
        }
        IOException trouble = cost.changeFails();
        if (trouble != null) {
            throw trouble;
        }
        logSetAside.run();
        process.gate().leave();
        return "log.bad";
    }

    @Override
    public Transport openTransport() {
        return new SimTransport(process, network);
    }
}
