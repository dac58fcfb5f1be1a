package dev.huck.raft.testkit.sim;

import dev.huck.raft.core.check.VoteOncePerTerm;
import dev.huck.raft.core.consensus.HardState;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.core.consensus.PeerMessage;
import dev.huck.raft.core.storage.NodeFile;
import dev.huck.raft.core.storage.NodeRecord;
import dev.huck.raft.core.wire.FrameException;
import dev.huck.raft.core.wire.PeerCodec;
import java.io.IOException;

/**
 * Reads what leaves a node and holds it against the node's disk: a vote and an acknowledged entry must be there, so that
 * a power cut takes back neither (Raft §5.1, figure 2: on stable storage before the answer).
 */
final class Promises {
    private final SimWorld world;
    private final VoteOncePerTerm votes;
    private final boolean synced;

    Promises(SimWorld world, VoteOncePerTerm votes, boolean synced) {
        this.world = world;
        this.synced = synced;
        this.votes = votes;
    }

    /** A frame leaves a node. */
    void sent(SimProcess from, byte[] frame) {
        PeerMessage message;
        try {
            message = PeerCodec.decode(frame).message();
        } catch (FrameException e) {
            world.violated("frames", "a node sends what can't be read: " + e.getMessage());
            return;
        }
        if (message instanceof Message.RequestVote request) {
            vote(from, request.from(), request.term(), request.from());
        } else if (message instanceof Message.VoteReply reply && reply.granted()) {
            vote(from, reply.from(), reply.term(), reply.to());
        } else if (message instanceof Message.AppendReply reply && reply.accepted()) {
            acknowledged(from, reply.match(), reply);
            durable(from, reply.synced(), reply);
        } else if (message instanceof Message.SnapshotReply reply && reply.done()) {
            acknowledged(from, reply.match(), reply);
        }
    }

    private void vote(SimProcess from, long voter, long term, long candidate) {
        try {
            SimDisk left = from.host().disk().afterPowerCut();
            NodeFile file = NodeFile.open(left.mount(new IoGate(() -> {}), IoCost.NONE));
            NodeRecord record = file.record();
            HardState durable = record == null ? new HardState(0, 0) : record.hardState();
            votes.left(voter, term, candidate, durable.term(), durable.vote());
        } catch (IOException e) {
            world.violated("votes are durable", "store " + voter + ": " + e.getMessage());
        }
    }

    /** Where a written entry counts, a configuration has to be synced all the same, and all before it. */
    private void acknowledged(SimProcess from, long match, Message message) {
        SimLog log = from.host().log();
        log.acknowledge(match);
        if (synced) {
            durable(from, match, message);
            return;
        }
        durable(from, log.configurationAtMost(match), message);
        if (log.last().index() < match && from.host().durableLast() < match) {
            world.violated("acknowledge after write", message + " leaves, and the log ends at " + log.last());
        }
    }

    private void durable(SimProcess from, long match, Message message) {
        // The log first: to look for snapshots is slow, and seldom needed.
        if (from.host().log().durableLast() < match && from.host().durableLast() < match) {
            world.violated(
                    "acknowledge after sync",
                    message + " leaves, and only " + from.host().durableLast() + " is on the disk");
        }
    }
}
