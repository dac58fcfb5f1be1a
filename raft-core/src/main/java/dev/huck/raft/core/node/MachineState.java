package dev.huck.raft.core.node;

import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Machine;
import dev.huck.raft.api.ReadContext;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.session.SessionTable;
import dev.huck.raft.core.storage.CorruptSnapshotException;
import dev.huck.raft.core.storage.SnapshotFiles;
import dev.huck.raft.core.storage.SnapshotFiles.SnapshotInfo;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine's present instance, where in the log it stands, and whether it can be trusted. Belongs to the machine
 * stage, but for what says that any thread may call.
 */
final class MachineState {
    private static final Logger LOG = LoggerFactory.getLogger(MachineState.class);

    private final Supplier<? extends Machine> machines;
    private final SnapshotFiles snapshots;
    private final ReadPoint readPoint = new ReadPoint();
    private volatile Machine machine;
    private volatile int epoch;
    private volatile @Nullable String suspect;
    private long index;
    private long term;
    private long stamp;
    private Configuration configuration = Configuration.EMPTY;
    private SessionTable sessions = new SessionTable();
    private final Digest digest = new Digest();

    /** What a read sees: the last command, which may be one in the middle of an entry. */
    private static final class ReadPoint implements ReadContext {
        private long index;
        private long nanos;

        @Override
        public long index() {
            return index;
        }

        @Override
        public long nanos() {
            return nanos;
        }
    }

    MachineState(Supplier<? extends Machine> machines, SnapshotFiles snapshots) {
        this.machines = machines;
        this.snapshots = snapshots;
        this.machine = machines.get();
    }

    /** The instance. Any thread. */
    Machine machine() {
        return machine;
    }

    /** A number that changes whenever the instance is replaced. Any thread. */
    int epoch() {
        return epoch;
    }

    /** While the instance can't be trusted: the error for clients; else null. Any thread. */
    @Nullable
    String suspect() {
        return suspect;
    }

    /** Nothing is read from or applied to this instance any more. */
    void distrust(String error) {
        suspect = error;
    }

    /** Last entry that is applied to its end. */
    long index() {
        return index;
    }

    LogPosition position() {
        return new LogPosition(index, term);
    }

    long stamp() {
        return stamp;
    }

    Configuration configuration() {
        return configuration;
    }

    /** The clients' sessions: as much a part of the state as the machine is. */
    SessionTable sessions() {
        return sessions;
    }

    /** Over all that was applied. */
    Digest digest() {
        return digest;
    }

    ReadContext readContext() {
        return readPoint;
    }

    /** One command of the entry after {@link #index} was run. */
    void ran(long ofIndex, long nanos) {
        readPoint.index = ofIndex;
        readPoint.nanos = nanos;
    }

    /** All of the entry after {@link #index} was run; {@code nanos} is the time of its last command. */
    void applied(long toIndex, long toTerm, long nanos) {
        index = toIndex;
        term = toTerm;
        stamp = nanos;
        ran(toIndex, nanos);
    }

    void configured(Configuration to) {
        configuration = to;
    }

    /**
     * Replaces the instance by a fresh one with the newest snapshot that is whole, or an empty one. Damaged files are set
     * aside; a file that is whole but that the machine can't read is not, as only this version of it may be to blame.
     *
     * @return the snapshot; null if there is none
     * @throws IOException when the machine or the disk failed; nothing has changed
     */
    @Nullable
    SnapshotInfo restoreNewest() throws IOException {
        while (true) {
            SnapshotInfo info = snapshots.newest();
            Machine fresh = machines.get();
            if (fresh == machine) {
                throw new HuckException.StartFailed(
                        "ERR the supplier gave the same machine twice: it must make a fresh one each time", null);
            }
            if (info == null) {
                become(fresh, LogPosition.START, 0, Configuration.EMPTY, new SessionTable());
                digest.begin(0, 0);
                return null;
            }
            SessionTable[] restored = new SessionTable[1];
            try {
                snapshots.restore(info, in -> {
                    restored[0] = SessionTable.read(in);
                    fresh.restore(in);
                });
            } catch (CorruptSnapshotException e) {
                LOG.error("{}; it is set aside and the one before it is used", e.getMessage());
                snapshots.discardBad(info);
                continue;
            }
            become(fresh, info.position(), info.stamp(), info.configuration(), restored[0]);
            digest.begin(info.position().index(), info.digest());
            return info;
        }
    }

    /**
     * Drops the snapshots that cover an entry, so that the machine can be rebuilt from before it.
     *
     * @param index the entry
     * @param base the log begins behind this entry
     * @return false if nothing older is left to begin from; nothing is dropped then
     * @throws IOException when the disk failed
     */
    boolean goBefore(long index, long base) throws IOException {
        long oldest = 0;
        for (SnapshotInfo info : snapshots.all()) {
            if (info.position().index() < index) {
                oldest = Math.max(oldest, info.position().index());
            }
        }
        if (oldest < base) {
            return false;
        }
        for (SnapshotInfo info : snapshots.all()) {
            if (info.position().index() >= index) {
                snapshots.discardBad(info);
            }
        }
        return true;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // only the machine stage writes it
    private void become(Machine fresh, LogPosition position, long nanos, Configuration at, SessionTable with) {
        applied(position.index(), position.term(), nanos);
        configuration = at;
        sessions = with;
        machine = fresh;
        epoch++;
        suspect = null;
    }
}
