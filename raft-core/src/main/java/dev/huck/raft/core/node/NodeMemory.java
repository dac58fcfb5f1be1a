package dev.huck.raft.core.node;

import dev.huck.raft.core.check.NodeView;
import dev.huck.raft.core.consensus.Effect;
import java.util.Queue;

/** What a node holds in memory around its core, for whoever runs it in one thread and checks it. */
record NodeMemory(
        Budget budget,
        Requests requests,
        MachineRunner machine,
        Queue<Effect.SendAfter> heldBack,
        Incarnations incarnations,
        Arrivals arrivals)
        implements NodeView {

    @Override
    public long commandBytes() {
        return budget.held();
    }

    @Override
    public long forwardedBytes() {
        return requests.forwardedBeforeLast();
    }

    @Override
    public int messagesHeldBack() {
        return heldBack.size();
    }

    @Override
    public long earlyBytes() {
        return incarnations.earlyBytes();
    }

    @Override
    public Arrived arrived() {
        return arrivals.view();
    }

    @Override
    public int sessions() {
        return machine.sessions().size();
    }

    @Override
    public long sessionBytes() {
        return machine.sessions().bytes();
    }

    @Override
    public long sessionBytesAnew() {
        return machine.sessions().bytesAnew();
    }
}
