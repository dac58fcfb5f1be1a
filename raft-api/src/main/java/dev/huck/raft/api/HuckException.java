package dev.huck.raft.api;

import org.jspecify.annotations.Nullable;

/**
 * What can go wrong with a node or a request to it. Each kind says whether the outcome is known; the message says what
 * happened, to what, and what to do, and starts with the code word that a client would see.
 */
public abstract sealed class HuckException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private HuckException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Never proposed and never will be: this node does not lead. */
    public static final class NotLeader extends HuckException {
        private static final long serialVersionUID = 1;

        /**
         * Not the leader.
         *
         * @param message with the leader's address if known
         */
        public NotLeader(String message) {
            super(message, null);
        }
    }

    /** Never proposed and never will be: too much is under way; try again later. */
    public static final class Busy extends HuckException {
        private static final long serialVersionUID = 1;

        /**
         * Too busy.
         *
         * @param message what is full
         */
        public Busy(String message) {
            super(message, null);
        }
    }

    /** Refused for what it is, and without effect. */
    public static final class Rejected extends HuckException {
        private static final long serialVersionUID = 1;

        /**
         * Refused.
         *
         * @param message why
         */
        public Rejected(String message) {
            super(message, null);
        }
    }

    /** May or may not have taken effect: look before repeating it. */
    public static final class OutcomeUnknown extends HuckException {
        private static final long serialVersionUID = 1;

        /**
         * Unknown.
         *
         * @param message what is known
         */
        public OutcomeUnknown(String message) {
            super(message, null);
        }
    }

    /** The node has stopped. */
    public static final class Stopped extends HuckException {
        private static final long serialVersionUID = 1;

        /**
         * Stopped.
         *
         * @param message why
         */
        public Stopped(String message) {
            super(message, null);
        }
    }

    /** The disk failed or holds what can't be used; the node stops or does not start. */
    public static final class StorageFailed extends HuckException {
        private static final long serialVersionUID = 1;

        /**
         * Failed.
         *
         * @param message file and what to do
         * @param cause from the system, if any
         */
        public StorageFailed(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** The node can't start as it was asked to; nothing was changed. */
    public static final class StartFailed extends HuckException {
        private static final long serialVersionUID = 1;

        /**
         * Can't start.
         *
         * @param message what to change
         * @param cause from the system, if any
         */
        public StartFailed(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
