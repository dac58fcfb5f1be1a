package dev.huck.raft.testkit.search;

/**
 * What may happen next to a node.
 *
 * @param kind what
 * @param node to which one, from 0
 * @param argument a message's number, or which proposal, read or change it is
 */
record Step(Kind kind, int node, int argument) {
    enum Kind {
        /** A message arrives. */
        DELIVER,
        /** A message arrives when nothing has happened at its receiver for longer than an election timeout. */
        DELIVER_LATE,
        /** A message arrives and is still under way. */
        REPEAT,
        /** A message is lost. */
        LOSE,
        /** An election timeout passes, and the node notices: it campaigns, or if it leads, it has lost its quorum. */
        TIMEOUT,
        /** A leader's heartbeat is due. */
        BEAT,
        /** The oldest write is durable. */
        WRITTEN,
        /** The oldest piece of a received snapshot is stored. */
        STORED,
        /** The node dies and starts from what is durable. */
        RESTART,
        PROPOSE,
        READ,
        REMOVE,
        ADD,
        TRANSFER;

        private static final Kind[] ALL = values();
    }

    @SuppressWarnings("EnumOrdinal") // never leaves this run
    long code() {
        return ((long) kind.ordinal() << 40) | ((long) node << 32) | argument;
    }

    static Step of(long code) {
        return new Step(Kind.ALL[(int) (code >>> 40)], (int) (code >>> 32) & 0xFF, (int) code);
    }

    boolean isDelivery() {
        return kind == Kind.DELIVER || kind == Kind.DELIVER_LATE || kind == Kind.REPEAT;
    }
}
