package dev.huck.raft.core.check;

import dev.huck.raft.core.consensus.Limits;
import dev.huck.raft.core.consensus.SessionBounds;

/**
 * What a node holds in memory around its core stays within its bounds: commands that wait and replies recorded before
 * their turn, of all and of one connection; commands on their way to the leader; messages that wait for the loop or for a
 * write; sessions (dissertation §6.3).
 */
public final class ClientMemory {
    private static final String BOUNDS = "memory stays within its bounds";
    // The bounds as the documentation states them, not as the engine reads them: else a wrong one would agree with
    // itself.

    /** Messages that wait for their term to be durable. */
    private static final int HELD_BACK = 256;
    /** Bytes of messages whose sender's incarnation is being written down. */
    private static final long EARLY = 1 << 20;
    /** Bytes of small messages that wait for the loop. */
    private static final long CONTROL = 16 << 20;
    /** The most that one connection may hold before no more is read from it, whatever the budget. */
    private static final long LARGEST_SHARE = 16L << 20;
    /** Of each connection this much is not counted. */
    private static final long FREE = 4 << 10;
    /** What a session costs that keeps nothing, and each reply that it keeps, beside its bytes. */
    private static final long SESSION = 128;

    private static final long REPLY = 32;

    private final Report report;
    private final long budget;
    private final Limits limits;
    private final SessionBounds sessions;

    /**
     * A check.
     *
     * @param report told of violations
     * @param budget bytes for commands and recorded replies
     * @param limits of the nodes
     * @param sessions bounds of client sessions
     */
    public ClientMemory(Report report, long budget, Limits limits, SessionBounds sessions) {
        this.report = report;
        this.budget = budget;
        this.limits = limits;
        this.sessions = sessions;
    }

    /**
     * Looks at a node.
     *
     * @param node what it holds
     */
    public void observe(NodeView node) {
        long commands = node.commandBytes();
        if (commands < 0 || commands > budget + budget / 8) {
            violated("a node holds " + commands + " bytes of commands, of a budget of " + budget);
        }
        long forwarded = node.forwardedBytes();
        if (forwarded < 0 || (forwarded > 0 && forwarded >= limits.windowBytes())) {
            violated("a node forwards a command while " + forwarded + " bytes are under way, and may have "
                    + limits.windowBytes());
        }
        if (node.messagesHeldBack() > HELD_BACK) {
            violated("a node holds " + node.messagesHeldBack() + " messages back, " + HELD_BACK + " at most");
        }
        if (node.earlyBytes() < 0 || node.earlyBytes() > EARLY) {
            violated("a node holds " + node.earlyBytes() + " bytes of members whose incarnation is not on disk, "
                    + EARLY + " at most");
        }
        NodeView.Arrived arrived = node.arrived();
        arrived("entries and pieces of snapshots", arrived.repeated(), 2 * limits.windowBytes());
        arrived("forwarded commands and their replies", arrived.forwarded(), budget);
        arrived("other messages", arrived.control(), CONTROL);
        int open = node.sessions();
        if (open > Math.max(1, sessions.most())) {
            violated("a node keeps " + open + " sessions, " + sessions.most() + " at most");
        }
        // The session at hand is never the one that is evicted.
        long one = SESSION + 2 * (REPLY + (long) sessions.replyBytes());
        if (node.sessionBytes() > (open == 1 ? Math.max(one, sessions.totalBytes()) : sessions.totalBytes())) {
            violated("a node keeps " + open + " sessions of " + node.sessionBytes() + " bytes, " + sessions.totalBytes()
                    + " at most");
        }
    }

    private void arrived(String what, long bytes, long most) {
        if (bytes < 0 || bytes > most) {
            violated("a node has " + bytes + " bytes of " + what + " to take, " + most + " at most");
        }
    }

    /**
     * Compares what a node counts with what is there.
     *
     * @param node the node
     */
    public void compare(NodeView node) {
        if (node.sessionBytes() != node.sessionBytesAnew()) {
            violated("a node counts " + node.sessionBytes() + " bytes of sessions, and there are "
                    + node.sessionBytesAnew());
        }
    }

    /**
     * Looks at all connections of a node that are open: what each counts is there, and what they count together is part of
     * what the node counts.
     *
     * @param node the node
     * @param connections those of its clients
     */
    public void observe(NodeView node, Iterable<? extends ConnectionView> connections) {
        long all = 0;
        for (ConnectionView connection : connections) {
            long held = connection.heldBytes();
            long there = connection.heldBytesAnew();
            if (held != there) {
                violated(connection + " is counted with " + held + " bytes, and holds " + there);
            }
            all += Math.max(0, there - FREE);
        }
        if (all > node.commandBytes()) {
            violated("the connections of a node hold " + all + " bytes, and it counts " + node.commandBytes());
        }
    }

    /**
     * Looks at a connection from which the node goes on to read: its commands have come to less than a share, and so have
     * the replies that were recorded since.
     *
     * @param connection the connection
     */
    public void isRead(ConnectionView connection) {
        long share = Math.min(LARGEST_SHARE, budget / 4);
        if (connection.heldBytes() >= 2 * share) {
            violated(connection + " holds " + connection.heldBytes() + " bytes, and is read from; its share is "
                    + share);
        }
    }

    /**
     * Looks at a node of which no client waits for anything any more.
     *
     * @param node what it holds
     */
    public void isIdle(NodeView node) {
        if (node.commandBytes() != 0) {
            violated("all is answered, and a node still counts " + node.commandBytes() + " bytes of commands");
        }
    }

    private void violated(String message) {
        report.violated(BOUNDS, message);
    }
}
