package dev.huck.raft.testkit.sim;

import org.jspecify.annotations.Nullable;

/** Something that will happen at a moment of virtual time; those of the same moment in the order of their making. */
final class SimEvent implements Comparable<SimEvent> {
    /** What kind of thing it is, for the trace and its hash. */
    enum Kind {
        /** A stage runs a task. */
        TASK(1),
        /** A timer of a node is due. */
        TIMER(2),
        /** A frame reaches a node. */
        FRAME(3),
        /** Commands reach a node. */
        COMMANDS(4),
        /** A client connects to a node, or leaves it. */
        CONNECTION(5),
        /** Replies reach a client. */
        REPLIES(6),
        /** A client acts. */
        CLIENT(7),
        /** A fault begins or ends. */
        FAULT(8),
        /** A node starts. */
        START(9),
        /** The simulation looks after itself. */
        CONTROL(10);

        /** Stands for it in the trace hash. */
        final int code;

        Kind(int code) {
            this.code = code;
        }
    }

    long at;
    long sequence;
    final Kind kind;
    /** Of a node, for the trace; -1 for none. */
    final int host;
    /** What the event is about, in 64 bits. */
    final long detail;
    /** Not run, and not seen, if this process is dead by then; null for what happens outside of nodes. */
    final @Nullable SimProcess process;

    final Runnable action;
    boolean cancelled;

    SimEvent(long at, long sequence, Kind kind, int host, long detail, @Nullable SimProcess process, Runnable action) {
        this.at = at;
        this.sequence = sequence;
        this.kind = kind;
        this.host = host;
        this.detail = detail;
        this.process = process;
        this.action = action;
    }

    @Override
    public int compareTo(SimEvent other) {
        int byTime = Long.compare(at, other.at);
        return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }
}
