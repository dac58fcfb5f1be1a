package dev.huck.raft.core.consensus;

import dev.huck.raft.api.spi.LogPosition;
import java.util.ArrayDeque;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

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

    /** So many times as long as the last answer took may the next one take. */
    private static final long GAPS = 3;
    /** So many times the shortest patience is the longest that it is doubled to. */
    private static final long SLOWEST = 64;

    /** A message under way. */
    record Inflight(long lastIndex, long bytes) {}

    final long peer;
    final ArrayDeque<Inflight> inflight = new ArrayDeque<>();
    Mode mode = Mode.PROBE;
    long session;
    long next;
    /** Up to here its log equals the leader's, and what it has is written. */
    long match;
    /** Up to here that counts towards a commit: what it has while it is recovering does not. */
    long counted;
    /** Not zero while the peer is recovering. */
    long nonce;

    long inflightBytes;
    /** Bytes that may be under way: less than allowed while the way to the peer is slow. */
    long window = Long.MAX_VALUE;
    /** How long an answer may take before what was sent is taken for lost, as learned from its answers. */
    long patience;
    /** While probing: whether a probe is under way, and where it ends. */
    boolean probing;

    long probeEnd;
    /** Token of the read of old entries under way for it; 0 for none. */
    long reading;
    /** When it last answered a round that it had not answered before, and when that round was sent. */
    long answeredAt;

    long askedAt;

    /** When the match last moved (or sending began), when something was last sent. */
    long movedAt;

    long sentAt;
    /** Newest round that it answered. */
    long round;
    /** Until it votes: where the leader's log ended when the present round of catching up began, and when that was. */
    long catchUpTo;

    long catchUpSince;
    /** Whether the last round was over within an election timeout. */
    boolean caughtUp;
    /** How far its machine has come, by its own word; null while it speaks version 1 of the protocol. */
    Message.@Nullable Applied applied;
    /** While a snapshot is on its way. */
    LogPosition snapshot = LogPosition.START;
    /** Who sends it, when that one last said that it still reads, and who was asked and did not get on with it. */
    long source;

    long readingAt;

    final TreeSet<Long> passedOver = new TreeSet<>();
    long snapshotOffset;
    boolean readingChunk;
    /** How far this transfer ever was, and when it, or the peer's log, last got further. */
    long snapshotReached;

    long advancedAt;

    /** For a peer of which nothing is known: {@code next} is behind the end of the leader's log. */
    Progress(long peer, long session, long next, long now) {
        this.peer = peer;
        this.session = session;
        this.next = next;
        this.answeredAt = now;
        this.askedAt = now;
        this.movedAt = now;
        this.advancedAt = now;
        this.catchUpTo = next - 1;
        this.catchUpSince = now;
    }

    /**
     * Rounds of catching up (dissertation §4.2.1): each lasts until the peer has all that the leader had when it began, so
     * a short one says that the peer keeps up with what comes in.
     */
    void catchUp(long lastIndex, long now, long within) {
        if (match >= catchUpTo) {
            caughtUp = now - catchUpSince <= within;
            catchUpTo = lastIndex;
            catchUpSince = now;
        }
    }

    /** Begins a new session that looks for agreement from here. */
    void probe(long newSession, long from) {
        enter(Mode.PROBE, newSession);
        next = Math.max(match + 1, from);
    }

    void sendSnapshot(long newSession, long from, long now) {
        enter(Mode.SNAPSHOT, newSession);
        source = from;
        readingAt = now;
        restartSnapshot();
        advancedAt = now;
        caughtUp = false;
    }

    /** With the newest there is. */
    void restartSnapshot() {
        snapshot = LogPosition.START;
        snapshotOffset = 0;
        snapshotReached = 0;
    }

    /** With a newer one, which its source has in place of the one that it began with. */
    void adoptSnapshot(LogPosition newer) {
        restartSnapshot();
        snapshot = newer;
    }

    void snapshotWanted(long offset, long now) {
        if (offset > snapshotReached) {
            snapshotReached = offset;
            advancedAt = now;
        }
        snapshotOffset = offset;
    }

    /** The last entry that it will not need. */
    long needsBehind() {
        return mode == Mode.SNAPSHOT && snapshot.index() > 0 ? snapshot.index() : match;
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

    /**
     * What is under way has not been answered in time. Over a slow way it may still arrive: so the next attempt is smaller
     * and is waited for longer, until answers come.
     */
    void lost(long shortestPatience, long smallestWindow) {
        patience = Math.min(2 * Math.max(patience, shortestPatience), SLOWEST * shortestPatience);
        window = Math.max(inflightBytes / 2, smallestWindow);
    }

    void matched(long index, long now) {
        if (index > match) {
            if (!inflight.isEmpty()) {
                patience = Math.max(patience / 2, GAPS * (now - movedAt));
            }
            match = index;
            movedAt = now;
            advancedAt = now;
        }
        while (!inflight.isEmpty() && inflight.getFirst().lastIndex() <= match) {
            long bytes = inflight.removeFirst().bytes();
            inflightBytes -= bytes;
            window = window > Long.MAX_VALUE - bytes ? Long.MAX_VALUE : window + bytes;
        }
        next = Math.max(next, match + 1);
    }

    /** Bytes under way, as they are counted, without the newest message. */
    long inflightBeforeLast() {
        return inflight.isEmpty() ? 0 : inflightBytes - inflight.getLast().bytes();
    }

    /** The same, counted anew. */
    long inflightBeforeLastAnew() {
        long bytes = 0;
        for (Inflight message : inflight) {
            bytes += message.bytes();
        }
        return inflight.isEmpty() ? 0 : bytes - inflight.getLast().bytes();
    }
}
