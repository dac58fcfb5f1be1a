package dev.huck.raft.core.storage;

import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.env.Disk;
import java.io.IOException;

/** A snapshot that a leader is sending, as far as it has come. */
final class IncomingSnapshot {
    private final LogPosition position;
    private final long total;
    private final Disk.File file;
    private long next;
    private boolean closed;

    private IncomingSnapshot(LogPosition position, long total, Disk.File file) {
        this.position = position;
        this.total = total;
        this.file = file;
    }

    /**
     * Begins.
     *
     * @param position what it is said to cover
     * @param total how long it is said to be
     * @param file the temporary file; emptied, and closed if that fails
     */
    static IncomingSnapshot begin(LogPosition position, long total, Disk.File file) throws IOException {
        boolean begun = false;
        try {
            file.truncate(0);
            begun = true;
        } finally {
            if (!begun) {
                file.close();
            }
        }
        return new IncomingSnapshot(position, total, file);
    }

    boolean is(LogPosition wanted, long wantedTotal) {
        return position.equals(wanted) && total == wantedTotal;
    }

    /** Where the piece belongs that is wanted now. */
    long next() {
        return next;
    }

    boolean isComplete() {
        return next == total;
    }

    /** Takes the piece at {@link #next}; false if it is longer than what is left. */
    boolean append(byte[] bytes) throws IOException {
        if (bytes.length > total - next) {
            return false;
        }
        file.write(next, bytes, 0, bytes.length);
        next += bytes.length;
        return true;
    }

    /**
     * Checks the whole file and makes it durable.
     *
     * @param name of the file, for what is wrong
     * @return its header
     * @throws CorruptSnapshotException when it is damaged or not the snapshot it was said to be
     */
    SnapshotHeader finish(String name) throws IOException {
        BlockInput in = new BlockInput(file, name);
        in.verifyRest();
        SnapshotHeader header = in.header();
        if (!header.position().equals(position)) {
            throw new CorruptSnapshotException(name, "it covers " + header.position() + " instead of " + position);
        }
        file.force();
        return header;
    }

    void close() throws IOException {
        if (!closed) {
            closed = true;
            file.close();
        }
    }
}
