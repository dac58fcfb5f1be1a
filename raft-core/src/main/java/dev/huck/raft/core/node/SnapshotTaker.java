package dev.huck.raft.core.node;

import dev.huck.raft.api.Snapshot;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.env.Stage;
import dev.huck.raft.core.session.SessionImage;
import dev.huck.raft.core.storage.SnapshotFiles;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Captures the machine on its own stage and saves what was captured on the stage for files. */
final class SnapshotTaker {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotTaker.class);

    private final MachineState state;
    private final SnapshotFiles files;
    private final Stage filesStage;
    private final Loop loop;

    SnapshotTaker(MachineState state, SnapshotFiles files, Stage filesStage, Loop loop) {
        this.state = state;
        this.files = files;
        this.filesStage = filesStage;
        this.loop = loop;
    }

    /** Machine stage, between two entries. */
    void capture() {
        Snapshot captured;
        try {
            captured = state.machine().snapshot();
            if (captured.isBlocking()) {
                captured = written(captured);
            }
        } catch (Throwable e) {
            LOG.error("the machine could not be captured at index {}; the log is kept", state.index(), e);
            loop.snapshotAbandoned("the machine could not be captured (see the log of the node)");
            return;
        }
        if (captured.isDisabled()) {
            discard(captured);
            loop.snapshotAbandoned("disabled");
            return;
        }
        Snapshot snapshot = captured;
        SessionImage sessions = state.sessions().capture();
        LogPosition position = state.position();
        Configuration configuration = state.configuration();
        long stamp = state.stamp();
        long digest = state.digest().value();
        filesStage.execute(() -> save(position, configuration, stamp, digest, sessions, snapshot));
    }

    /** A snapshot of the live state has to be written before the next command; so it is, but to memory, not to the disk. */
    private static Snapshot written(Snapshot live) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            live.writeTo(out);
        } finally {
            live.discard();
        }
        return out -> out.write(bytes.toByteArray());
    }

    private void save(
            LogPosition position,
            Configuration configuration,
            long stamp,
            long digest,
            SessionImage sessions,
            Snapshot snapshot) {
        LogPosition saved;
        Snapshot whole = out -> {
            sessions.writeTo(out);
            snapshot.writeTo(out);
        };
        try {
            saved = files.save(position, configuration, stamp, digest, whole).position();
        } catch (Throwable e) {
            LOG.error("the snapshot at index {} could not be written; the log is kept", position.index(), e);
            loop.snapshotAbandoned("the snapshot could not be written: " + e.getMessage());
            return;
        } finally {
            discard(snapshot);
        }
        loop.snapshotSaved(saved);
    }

    private static void discard(Snapshot snapshot) {
        try {
            snapshot.discard();
        } catch (RuntimeException e) {
            LOG.warn("a snapshot could not be discarded", e);
        }
    }
}
