package dev.huck.raft.testkit.sim;

import dev.huck.raft.core.check.ClientMemory;
import dev.huck.raft.core.check.ConnectionView;
import dev.huck.raft.core.check.CoreMemory;
import dev.huck.raft.core.check.CoreView;
import dev.huck.raft.core.check.NodeView;
import dev.huck.raft.core.consensus.Held;
import dev.huck.raft.core.consensus.Limits;
import dev.huck.raft.core.consensus.SessionBounds;
import java.util.ArrayList;
import java.util.List;

/** Shows the checks what a node holds in memory, after every event; and counts anew, now and then, what it counts itself. */
final class MemoryWatch {
    /** So many events between two counts of a whole node, which are slow. */
    private static final int COUNTED_EVERY = 64;

    private final CoreMemory cores;
    private final ClientMemory clients;
    private final List<ConnectionView> open = new ArrayList<>();
    private int events;

    MemoryWatch(SimWorld world, Profile profile) {
        Limits limits = profile.limits.with(profile.memory, profile.snapshotBytes, profile.snapshotBytes / 4);
        SessionMix mix = profile.sessions;
        this.cores = new CoreMemory(world::violated, limits);
        this.clients = new ClientMemory(
                world::violated,
                profile.memory,
                limits,
                new SessionBounds(mix.expiryMillis() * 1_000_000, mix.most(), mix.replyBytes(), mix.totalBytes()));
    }

    /** An event has happened in a process. One that died or broke off in the middle of a turn has not come to the end of it. */
    void after(SimProcess process) {
        NodeHandle node = process.node();
        CoreView core = process.core();
        if (node == null || core == null || !process.isAlive() || node.isBroken()) {
            return;
        }
        Held held = node.held();
        NodeView memory = node.memory();
        cores.observe(core, held);
        clients.observe(memory);
        clients.observe(memory, open(process));
        if (++events % COUNTED_EVERY == 0) {
            cores.compare(core, held, node.heldAnew());
            clients.compare(memory);
        }
    }

    /** Every command has had its answer, or its time is long up. */
    void allIsAnswered(List<SimHost> hosts) {
        for (SimHost host : hosts) {
            SimProcess process = host.process();
            NodeHandle node = process == null || !process.isAlive() ? null : process.node();
            if (node != null) {
                clients.isIdle(node.memory());
            }
        }
    }

    private List<ConnectionView> open(SimProcess process) {
        open.clear();
        List<SimConnection> connections = process.connections();
        for (int i = 0; i < connections.size(); i++) {
            SimConnection connection = connections.get(i);
            ConnectionView view = connection.held();
            if (view != null) {
                open.add(view);
                if (connection.isRead()) {
                    clients.isRead(view);
                }
            }
        }
        return open;
    }
}
