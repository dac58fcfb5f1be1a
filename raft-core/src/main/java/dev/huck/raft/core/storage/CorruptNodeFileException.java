package dev.huck.raft.core.storage;

import java.io.IOException;

/** The file that says who the node is and how it voted is damaged beyond repair. A node never goes on without it. */
public final class CorruptNodeFileException extends IOException {
    private static final long serialVersionUID = 1;

    CorruptNodeFileException(String message) {
        super(message);
    }
}
