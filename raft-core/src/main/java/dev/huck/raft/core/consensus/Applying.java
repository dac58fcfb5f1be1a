package dev.huck.raft.core.consensus;

import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import java.util.ArrayDeque;
import java.util.List;

/** Feeds committed entries to the machine, in order and within a window, and decides on snapshots and compaction. */
final class Applying {
    /** So many times the log between two snapshots is kept for peers that lag and get on. */
    private static final long KEPT_FOR_PEERS = 8;

    private final Raft raft;
    private final ArrayDeque<long[]> inflight = new ArrayDeque<>();
    private long inflightBytes;
    /** When the machine last went on, or got something to do after it had nothing. */
    private long movedAt;

    private long handed;
    private long applied;
    private long reading;
    private LogPosition snapshot;
    /** The one before, which the log still meets: if the newest turns out damaged, it serves. */
    private LogPosition fallback = LogPosition.START;

    private long bytesSinceSnapshot;
    private boolean takingSnapshot;
    /** Whether the machine's state is suspect. */
    private boolean distrusted;
    /** What the machine was last told to restore. */
    private long restoring;

    Applying(Raft raft, LogPosition snapshot) {
        this.raft = raft;
        this.snapshot = snapshot;
        this.handed = snapshot.index();
        this.applied = snapshot.index();
    }

    /** How far the machine has come, for others to know; no digest of its history is kept yet. */
    Message.Applied digest() {
        return new Message.Applied(applied, 0);
    }

    long applied() {
        return applied;
    }

    /** Since when the machine has had something to apply and applied nothing; {@code now} if it is idle. */
    long waitingSince(long now) {
        return inflight.isEmpty() ? now : movedAt;
    }

    /** Payload handed to the machine and not yet applied. */
    long inflightBytes() {
        return inflightBytes;
    }

    /** The same without what was handed to it last. */
    long inflightBeforeLast() {
        return inflight.isEmpty() ? 0 : inflightBytes - inflight.getLast()[1];
    }

    /** The same, counted anew. */
    long inflightBeforeLastAnew() {
        long bytes = 0;
        for (long[] handedOver : inflight) {
            bytes += handedOver[1];
        }
        return inflight.isEmpty() ? 0 : bytes - inflight.getLast()[1];
    }

    LogPosition snapshot() {
        return snapshot;
    }

    void flush() {
        while (handed < raft.commit && reading == 0 && inflightBytes < raft.limits.applyBytes()) {
            List<LogEntry> entries = raft.log.slice(handed + 1, raft.commit, raft.limits.appendBytes());
            if (entries == null) {
                reading = raft.nextToken();
                raft.outbox.add(new Effect.ReadEntries(reading, handed + 1, raft.limits.appendBytes()));
            } else {
                hand(entries);
            }
        }
        raft.log.evict();
        if (bytesSinceSnapshot > raft.limits.snapshotEveryBytes() && !takingSnapshot) {
            takingSnapshot = true;
            raft.outbox.add(new Effect.TakeSnapshot());
        }
    }

    /** Entries of the log that came from the store. Tokens above zero are this class's. */
    boolean read(Event.EntriesRead read) {
        if (read.token() <= 0) {
            return false;
        }
        if (read.token() == reading) {
            reading = 0;
            List<LogEntry> entries = raft.log.stillHeld(read.entries(), raft.commit);
            if (!entries.isEmpty() && entries.get(0).index() == handed + 1) {
                hand(entries);
            }
        }
        return true;
    }

    private void hand(List<LogEntry> entries) {
        long bytes = 0;
        for (LogEntry entry : entries) {
            bytes += entry.cost();
        }
        handed = entries.get(entries.size() - 1).index();
        if (inflight.isEmpty()) {
            movedAt = raft.now;
        }
        inflight.addLast(new long[] {handed, bytes});
        inflightBytes += bytes;
        bytesSinceSnapshot += bytes;
        raft.outbox.add(new Effect.Apply(entries));
    }

    void applied(long index) {
        if (index > applied) {
            movedAt = raft.now;
        }
        applied = Math.max(applied, Math.min(index, handed));
        while (!inflight.isEmpty() && inflight.getFirst()[0] <= applied) {
            inflightBytes -= inflight.removeFirst()[1];
        }
    }

    /**
     * The machine was rebuilt from a snapshot of its own; or from one that a leader sent, as it was told to.
     *
     * @throws HuckException.StorageFailed when entries behind it are gone
     */
    void rebuilt(long index, long told) {
        if (told < restoring) {
            return; // Begun before it was told of a newer one, which it takes up next.
        }
        if (index < raft.log.base().index()) {
            throw new HuckException.StorageFailed(
                    "ERR the newest readable snapshot covers only " + index + " but the log begins behind "
                            + raft.log.base().index() + ": snapshots of this node are damaged",
                    null);
        }
        distrusted = false;
        restart(index);
    }

    /** Nothing is applied until the machine is built anew. */
    void distrust() {
        distrusted = true;
    }

    boolean isDistrusted() {
        return distrusted;
    }

    /** The machine starts anew from a snapshot. */
    private void restart(long index) {
        inflight.clear();
        inflightBytes = 0;
        reading = 0;
        handed = index;
        applied = index;
    }

    void reset(LogPosition position) {
        restart(position.index());
        bytesSinceSnapshot = 0;
        restoring = position.index();
        raft.outbox.add(new Effect.RestoreMachine(position));
    }

    private long mostKept() {
        long every = raft.limits.snapshotEveryBytes();
        return every < Long.MAX_VALUE / KEPT_FOR_PEERS ? every * KEPT_FOR_PEERS : Long.MAX_VALUE;
    }

    void snapshotSaved(LogPosition position) {
        takingSnapshot = false;
        bytesSinceSnapshot = 0;
        published(position);
    }

    void snapshotReceived(LogPosition position) {
        published(position);
    }

    void snapshotAbandoned() {
        takingSnapshot = false;
        bytesSinceSnapshot = 0;
    }

    /**
     * Only what two durable snapshots cover is dropped from the log, so that either can be lost; and not what a peer that
     * lags still needs, or it could never catch up with a busy cluster; but that only up to a bound.
     */
    private void published(LogPosition position) {
        if (position.index() <= snapshot.index()) {
            return;
        }
        fallback = snapshot;
        snapshot = position;
        long needed = Math.max(raft.neededBehind(), raft.log.indexKeeping(mostKept()));
        long through = raft.log.compactable(Math.min(fallback.index(), needed), raft.limits.logTailBytes());
        if (through > raft.log.base().index()) {
            raft.log.compact(through);
            raft.configurations.truncatePrefix(through);
            raft.outbox.compact(through);
        }
    }
}
