package dev.huck.raft.api;

import java.io.DataOutput;
import java.io.IOException;

/** A snapshot written on the machine's thread, and the mark for none at all. */
record BlockingSnapshot(Snapshot writer) implements Snapshot {
    static final Snapshot DISABLED = new Snapshot() {
        @Override
        public void writeTo(DataOutput out) throws IOException {
            throw new IOException("snapshots are disabled");
        }

        @Override
        public boolean isDisabled() {
            return true;
        }
    };

    @Override
    public void writeTo(DataOutput out) throws IOException {
        writer.writeTo(out);
    }

    @Override
    public void discard() {
        writer.discard();
    }

    @Override
    public boolean isBlocking() {
        return true;
    }
}
