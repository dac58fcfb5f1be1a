package dev.huck.raft.testkit.sim;

import dev.huck.raft.core.check.CoreView;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many machines may lose something at once: never so many that those that have lost nothing are no quorum, as then what
 * was acknowledged may be lost for good, and nobody promised more.
 */
final class FaultBudget {
    private final List<SimHost> hosts;
    private final Invariants invariants;
    private final Corruption corruption;
    /** Processes whose node has been asked to change the members, and has not answered. */
    private final List<SimProcess> changing = new ArrayList<>();

    FaultBudget(List<SimHost> hosts, Invariants invariants, Corruption corruption) {
        this.hosts = hosts;
        this.invariants = invariants;
        this.corruption = corruption;
    }

    /** A process is asked to change the members. */
    void changes(SimProcess process) {
        changing.removeIf(other -> !other.isAlive());
        changing.add(process);
    }

    /** It has answered. */
    void hasChanged(SimProcess process) {
        changing.remove(process);
    }

    /** Whether a machine may lose what its node has acknowledged. */
    boolean mayForget(SimHost host) {
        if (changing.stream().anyMatch(SimProcess::isAlive)) {
            return host.isSuspect(); // By what it has said so far, all may soon depend on it.
        }
        boolean known = false;
        for (SimHost each : hosts) {
            CoreView core = coreOf(each, host);
            if (core != null && !core.configuration().members().isEmpty()) {
                known = true;
                if (!isQuorumWithout(host, core)) {
                    return host.isSuspect();
                }
            }
        }
        return known || host.isSuspect();
    }

    /** Its own too when it has just died: nobody else may know yet that it is enough by itself. */
    private static @Nullable CoreView coreOf(SimHost each, SimHost host) {
        SimProcess process = each.process();
        return process != null && (process.isAlive() || each.equals(host)) ? process.core() : null;
    }

    private boolean isQuorumWithout(SimHost host, CoreView core) {
        return core.configuration().isQuorum(store -> {
            SimHost other = invariants.host(store);
            return other != null
                    && other != host
                    && !other.isSuspect()
                    && !other.isDamaged()
                    && !corruption.isOn(other); // Nor may others get what a wrong machine has.
        });
    }
}
