package dev.huck.raft.core.storage;

import java.io.IOException;

/** A snapshot file is damaged; the message names it and says what is wrong. The one before may still be good. */
public final class CorruptSnapshotException extends IOException {
    private static final long serialVersionUID = 1;

    CorruptSnapshotException(String name, String wrong) {
        super("snapshot file " + name + " is damaged: " + wrong);
    }
}
