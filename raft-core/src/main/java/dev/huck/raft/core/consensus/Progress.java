package dev.huck.raft.core.consensus;

import dev.huck.raft.api.spi.LogPosition;
import java.util.ArrayDeque;

/**
 * How far one peer is, as its leader sees it (etcd's tracker, with sessions). Data only; {@link Replication} moves it.
 *
 * <p>A session is one attempt to stream to the peer. Whatever it answers is counted only in the session that asked, so a
 * late answer, of this leader's earlier attempt or of its earlier term, changes nothing.
 */
final class Progress {
    /** How the peer is being brought up to date. */
    enum Mode {
        /** Looking for the last entry on which both logs agree: one message at a time. */
        PROBE,
        /** Streaming, optimistically, within the window. */
        REPLICATE,
        /** What it needs is compacted: a snapshot is on its way. */
        SNAPSHOT
    }

    /** A message under way. */
    record Inflight(long lastIndex, long bytes) {}

    final long peer;
    final ArrayDeque<Inflight> inflight = new ArrayDeque<>();
    Mode mode = Mode.PROBE;
    long session;
    long next;
    long match;
    long inflightBytes;
    /** While probing: whether a probe is under way, and where it ends. */
    boolean probing;

    long probeEnd;
    /** Token of the read of old entries under way for it; 0 for none. */
    long reading;
    /** When it last answered, when the match last moved (or sending began), when something was last sent. */
    long answeredAt;

    long movedAt;
    long sentAt;
    /** Newest round that it answered. */
    long round;
    /** While a snapshot is on its way. */
    LogPosition snapshot = LogPosition.START;

    long snapshotOffset;
    boolean readingChunk;

    Progress(long peer, long session, long next, long now) {
        this.peer = peer;
        this.session = session;
        this.next = next;
        this.answeredAt = now;
        this.movedAt = now;
    }

    /** Begins a new session that looks for agreement from here. */
    void probe(long newSession, long from) {
        enter(Mode.PROBE, newSession);
        next = Math.max(match + 1, from);
    }

    void sendSnapshot(long newSession) {
        enter(Mode.SNAPSHOT, newSession);
        snapshot = LogPosition.START;
        snapshotOffset = 0;
    }

    private void enter(Mode newMode, long newSession) {
        mode = newMode;
        session = newSession;
        probing = false;
        reading = 0;
        readingChunk = false;
        inflight.clear();
        inflightBytes = 0;
    }

    void sent(long lastIndex, long bytes, long now) {
        if (inflight.isEmpty()) {
            movedAt = now;
        }
        inflight.addLast(new Inflight(lastIndex, bytes));
        inflightBytes += bytes;
        next = lastIndex + 1;
        sentAt = now;
    }

    void matched(long index, long now) {
        if (index > match) {
            match = index;
            movedAt = now;
        }
        while (!inflight.isEmpty() && inflight.getFirst().lastIndex() <= match) {
            inflightBytes -= inflight.removeFirst().bytes();
        }
        next = Math.max(next, match + 1);
    }
}
