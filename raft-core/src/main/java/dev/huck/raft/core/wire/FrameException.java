package dev.huck.raft.core.wire;

/** A frame that can't be read; the message says what is wrong with it. Such a frame counts as lost. */
public final class FrameException extends Exception {
    private static final long serialVersionUID = 1;

    FrameException(String message) {
        super(message);
    }
}
