package dev.huck.raft.core.node;

import dev.huck.raft.core.check.NodeView;
import dev.huck.raft.core.consensus.Forwarding;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.core.consensus.PeerMessage;
import org.jspecify.annotations.Nullable;

/**
 * What peers have sent and the loop has not taken yet. Bounded in bytes, each kind by itself, so that none takes another's
 * room: more is lost, as on a network. However large a message is, it fits where no other of its kind waits. Any thread.
 */
final class Arrivals {
    static final long CONTROL_BYTES = 16 << 20;
    /** What a message holds beside its frame's bytes. */
    static final long OVERHEAD = 128;

    /** What waits of one kind. */
    private static final class Waiting {
        final long most;
        long bytes;
        int messages;

        Waiting(long most) {
            this.most = most;
        }

        /** Without a message that is alone, as it fits whatever its size. */
        long counted() {
            return messages == 1 ? 0 : bytes;
        }
    }

    /** Entries and pieces of snapshots: their sender repeats them. */
    private final Waiting repeated;
    /** Clients' commands and their replies: a lost one costs its link, and what is under way there its outcome. */
    private final Waiting forwarded;
    /** All else is small: votes, replies, heartbeats. Tens of thousands fit. */
    private final Waiting control = new Waiting(CONTROL_BYTES);

    /** What waits for the loop, and what it counts for. */
    record Arrived(Waiting among, long bytes, Object item) {}

    /**
     * Nothing has arrived.
     *
     * @param window bytes that a peer sends before it waits for an answer; the leader's may meet those of another sender
     * @param budget bytes of commands that this node may hold
     */
    Arrivals(long window, long budget) {
        this.repeated = new Waiting(2 * window);
        this.forwarded = new Waiting(budget);
    }

    /**
     * Counts a message in, if there is room.
     *
     * @param message from a peer
     * @param frame bytes of its frame
     * @param item what the loop is to take
     * @return what is to wait; null if the message is lost
     */
    synchronized @Nullable Arrived admit(PeerMessage message, int frame, Object item) {
        Waiting among = among(message);
        long bytes = frame + OVERHEAD;
        if (among.messages > 0 && among.bytes + bytes > among.most) {
            return null;
        }
        among.messages++;
        among.bytes += bytes;
        return new Arrived(among, bytes, item);
    }

    private Waiting among(PeerMessage message) {
        if (message instanceof Message.InstallSnapshot
                || (message instanceof Message.Append append
                        && !append.entries().isEmpty())) {
            return repeated;
        }
        boolean carries = message instanceof Forwarding.Commands || message instanceof Forwarding.Answers;
        return carries ? forwarded : control;
    }

    /** Counts a message out: the loop takes it. */
    synchronized Object take(Arrived arrived) {
        arrived.among.messages--;
        arrived.among.bytes -= arrived.bytes;
        return arrived.item;
    }

    /** Bytes that wait. */
    synchronized long bytes() {
        return repeated.bytes + forwarded.bytes + control.bytes;
    }

    /** The most of them, but for a message that is alone among its kind. */
    long limit() {
        return repeated.most + forwarded.most + control.most;
    }

    /** For checks. */
    synchronized NodeView.Arrived view() {
        return new NodeView.Arrived(repeated.counted(), forwarded.counted(), control.counted());
    }
}
