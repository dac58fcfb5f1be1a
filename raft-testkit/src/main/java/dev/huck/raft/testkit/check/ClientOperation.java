package dev.huck.raft.testkit.check;

import dev.huck.raft.api.Consistency;

/** A command of a client, and what became of it. Filled in as the run goes on. */
public final class ClientOperation {
    /** What it does to its key's value, a number. */
    public enum Kind {
        /** Reads it. */
        GET,
        /** Makes it the operation's id. */
        SET,
        /** Adds one. */
        INCR,
        /** Makes it a hash over the old value and the operation's id, as appending to a list would. */
        APPEND,
        /** Is refused by the machine, always, with an error of its own. */
        DENY,
        /** Adds one and fails, always, with an error that no machine should throw. */
        BREAK;

        /**
         * The value afterwards.
         *
         * @param value before
         * @param id the operation's
         * @return the value, returned to the client too
         */
        public long apply(long value, long id) {
            return switch (this) {
                case GET, DENY -> value;
                case SET -> id;
                case INCR, BREAK -> value + 1;
                case APPEND -> (value + id) * 0x9E3779B97F4A7C15L;
            };
        }
    }

    /** What the client knows. */
    public enum Outcome {
        /** No answer yet. */
        PENDING,
        /** It took effect. */
        DONE,
        /** It was executed, everywhere, and its result is an error. */
        FAILED,
        /** It did not, and never will. */
        REFUSED,
        /** It may have, or may yet. */
        UNKNOWN
    }

    /** Unique, from 1. */
    public final long id;
    /** The connection that it was sent on. */
    public final int connection;

    public final Kind kind;
    public final int key;
    /** When it was sent, virtual nanoseconds. */
    public final long invoked;
    /** How it reads; {@code HIGH} for a write. */
    public final Consistency consistency;
    /** The position that it must see at least, by what is promised for it. */
    public final long floor;

    public Outcome outcome = Outcome.PENDING;
    /** When the answer came. */
    public long returned = Long.MAX_VALUE;
    /** Where in the log it took effect; for a read, the last command that its state contains. */
    public long position;
    /** The value afterwards. */
    public long value;

    /**
     * An operation that is about to be sent.
     *
     * @param id unique, from 1
     * @param connection on which it is sent
     * @param kind what it does
     * @param key to which value
     * @param invoked when
     * @param consistency how it reads; {@code HIGH} for a write
     * @param floor what it must see
     */
    public ClientOperation(
            long id, int connection, Kind kind, int key, long invoked, Consistency consistency, long floor) {
        this.id = id;
        this.connection = connection;
        this.kind = kind;
        this.key = key;
        this.invoked = invoked;
        this.consistency = consistency;
        this.floor = floor;
    }

    /** @return whether it changes something */
    public boolean isWrite() {
        return kind != Kind.GET;
    }

    @Override
    public String toString() {
        return kind + (consistency == Consistency.LOW ? " at LOW" : "") + " #" + id + " of key " + key
                + " on connection " + connection
                + (outcome == Outcome.DONE
                        ? " at " + (position >> 16) + "." + (position & 0xffff) + " = " + Long.toHexString(value)
                        : " " + outcome);
    }
}
