package dev.huck.raft.core.consensus;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Message.Append;
import dev.huck.raft.core.consensus.Message.AppendReply;
import dev.huck.raft.core.consensus.Message.Applied;
import dev.huck.raft.core.consensus.Message.CatchUp;
import dev.huck.raft.core.consensus.Message.InstallSnapshot;
import dev.huck.raft.core.consensus.Message.NoChunk;
import dev.huck.raft.core.consensus.Message.ServeChunk;
import dev.huck.raft.core.consensus.Message.SnapshotReply;
import dev.huck.raft.core.consensus.Progress.Mode;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Brings every peer's log to the leader's: heartbeats, pipelined appends, snapshots (Raft §5.3, §7). */
final class Replication {
    private static final int ROUNDS = 1024;
    /** So many election timeouts without progress, and a peer is not waited for any more. */
    private static final long STUCK_TIMEOUTS = 100;
    /** So many election timeouts without progress, and somebody else sends the snapshot. */
    private static final long SOURCE_TIMEOUTS = 2;
    /** As many, if it is still being read: that is done whole at first. */
    private static final long READING_TIMEOUTS = 20;

    private final Raft raft;
    private final TreeMap<Long, Progress> peers = new TreeMap<>();
    private final long[] roundSentAt = new long[ROUNDS];
    private long round;
    private long sessions;
    private @Nullable Configuration known;
    private boolean knownCommitted;

    Replication(Raft raft) {
        this.raft = raft;
    }

    void open() {
        followConfiguration();
    }

    /** Members come and go with the configuration in force. */
    private void followConfiguration() {
        Configuration configuration = raft.configuration();
        // Who leaves is still told so, until that is committed.
        boolean committed = configuration.index() <= raft.commit;
        if (configuration.equals(known) && committed == knownCommitted) {
            return;
        }
        known = configuration;
        knownCommitted = committed;
        if (committed) {
            peers.keySet().removeIf(peer -> configuration.member(peer) == null);
        }
        for (Member member : configuration.members()) {
            if (member.storeId() != raft.self) {
                peers.computeIfAbsent(
                        member.storeId(), peer -> new Progress(peer, newSession(), raft.log.lastIndex() + 1, raft.now));
            }
        }
    }

    /** The term stands in it, so an answer to an earlier leadership is never taken for one to this. */
    private long newSession() {
        return (raft.term << 24) | ++sessions;
    }

    /** Up to where what a peer has counts; nothing new while it is recovering. */
    long matchOf(long peer) {
        Progress progress = peers.get(peer);
        return progress == null ? -1 : progress.counted;
    }

    /** How far a peer's machine has come by its own word; null if it has not said so. */
    @Nullable
    Applied appliedOf(long peer) {
        Progress progress = peers.get(peer);
        return progress == null ? null : progress.applied;
    }

    /** Whether a peer lacks nothing but what came within the last election timeout, and is in touch. */
    boolean isCaughtUp(long peer) {
        Progress progress = peers.get(peer);
        long within = raft.settings().electionMinNanos();
        return progress != null
                && progress.caughtUp
                && progress.mode == Mode.REPLICATE
                && progress.nonce == 0
                && (progress.match >= progress.catchUpTo || raft.now - progress.catchUpSince <= within)
                && silentFor(progress) <= within;
    }

    /** Whether a voter's word counts: it has answered this round or a later one, and was not recovering then. */
    boolean isFit(long voter, long sinceRound) {
        if (voter == raft.self) {
            return !raft.recovering.isActive();
        }
        Progress progress = peers.get(voter);
        return progress != null && progress.round >= sinceRound && progress.nonce == 0;
    }

    // ---- contact

    /** Opens a round and tells everybody. */
    long heartbeat() {
        followConfiguration();
        round++;
        roundSentAt[(int) (round % ROUNDS)] = raft.now;
        for (Progress peer : peers.values()) {
            if (peer.mode == Mode.PROBE) {
                sendProbe(peer);
            } else {
                LogPosition previous = raft.log.knowsTerm(peer.match)
                        ? new LogPosition(peer.match, raft.log.termAt(peer.match))
                        : LogPosition.START;
                sendAppend(peer, previous, List.of());
            }
        }
        return round;
    }

    /** The newest round that was opened. */
    long newestRound() {
        return round;
    }

    /** The newest round that a quorum has confirmed. */
    long confirmedRound() {
        return raft.configuration().quorumValue(member -> {
            Progress progress = peers.get(member);
            return member == raft.self ? Long.MAX_VALUE : progress == null ? 0 : progress.round;
        });
    }

    /** When the newest round that a quorum has confirmed was sent. */
    long confirmedAt() {
        long confirmed = Math.min(confirmedRound(), round);
        if (confirmed <= 0 || round - confirmed >= ROUNDS) {
            return raft.now - raft.settings().electionMaxNanos();
        }
        return sentAt(confirmed);
    }

    /** When a round was sent; of one too old to be remembered, when the oldest that is was. */
    private long sentAt(long sent) {
        return roundSentAt[(int) (Math.max(sent, round - ROUNDS + 1) % ROUNDS)];
    }

    /**
     * Whether a quorum is in touch: it has answered something new of late, and not something that was asked so long ago that
     * late answers alone could keep a leader that reaches nobody any more.
     */
    boolean hasQuorum() {
        long shortest = raft.settings().electionMinNanos();
        long longest = shortest + raft.settings().electionMaxNanos();
        return raft.configuration().isQuorum(member -> {
            Progress progress = peers.get(member);
            return member == raft.self
                    || (progress != null && silentFor(progress) < shortest && raft.now - progress.askedAt < longest);
        });
    }

    /** The voter, of those that answer and have not declined, to which leadership is best handed; 0 if there is none. */
    long mostUpToDateVoter(Set<Long> declined) {
        long best = 0;
        long match = -1;
        for (Progress peer : peers.values()) {
            if (mayTakeOver(peer.peer) && !declined.contains(peer.peer) && peer.match > match) {
                best = peer.peer;
                match = peer.match;
            }
        }
        return best;
    }

    /** Whether leadership may be handed to a peer: it votes, answers, and has forgotten nothing. */
    boolean mayTakeOver(long store) {
        Progress peer = peers.get(store);
        Member member = raft.configuration().member(store);
        return peer != null
                && member != null
                && member.votesInNew()
                && peer.nonce == 0
                && silentFor(peer) < raft.settings().electionMinNanos();
    }

    /** Bytes under way to the peer that has most under way, without its newest message. */
    long fullestWindow(ToLongFunction<Progress> bytes) {
        long most = 0;
        for (Progress peer : peers.values()) {
            most = Math.max(most, bytes.applyAsLong(peer));
        }
        return most;
    }

    /** Messages under way to the peer that has most of them under way. */
    int mostMessages() {
        int most = 0;
        for (Progress peer : peers.values()) {
            most = Math.max(most, peer.inflight.size());
        }
        return most;
    }

    // ---- appends

    /** Sends whatever the windows allow. */
    void flush() {
        followConfiguration();
        for (Progress peer : peers.values()) {
            flush(peer);
        }
    }

    private void flush(Progress peer) {
        if (peer.mode == Mode.PROBE && !peer.probing) {
            sendProbe(peer);
        }
        while (peer.mode == Mode.REPLICATE
                && peer.reading == 0
                && peer.next <= raft.log.lastIndex()
                && peer.inflightBytes < Math.min(peer.window, raft.limits.windowBytes())
                && peer.inflight.size() < raft.limits.windowMessages()) {
            if (peer.next <= raft.log.base().index()) {
                beginSnapshot(peer);
                return;
            }
            List<LogEntry> entries = raft.log.slice(peer.next, Long.MAX_VALUE, raft.limits.appendBytes());
            if (entries == null) {
                peer.reading = -raft.nextToken();
                raft.outbox.add(new Effect.ReadEntries(peer.reading, peer.next, raft.limits.appendBytes()));
            } else {
                stream(peer, entries);
            }
        }
    }

    /** Entries of the log that came from the store. Tokens below zero are this class's. */
    void read(Event.EntriesRead read) {
        for (Progress peer : peers.values()) {
            if (peer.reading == read.token()) {
                peer.reading = 0;
                List<LogEntry> entries = raft.log.stillHeld(read.entries(), Long.MAX_VALUE);
                if (!entries.isEmpty()
                        && entries.get(0).index() == peer.next
                        && raft.log.knowsTerm(peer.next - 1)
                        && raft.log.contains(position(entries.get(entries.size() - 1)))) {
                    stream(peer, entries);
                }
                return;
            }
        }
    }

    private static LogPosition position(LogEntry entry) {
        return new LogPosition(entry.index(), entry.term());
    }

    private void stream(Progress peer, List<LogEntry> entries) {
        long before = entries.get(0).index() - 1;
        sendAppend(peer, new LogPosition(before, raft.log.termAt(before)), entries);
        long bytes = 0;
        for (LogEntry entry : entries) {
            bytes += entry.cost();
        }
        peer.sent(entries.get(entries.size() - 1).index(), bytes, raft.now);
    }

    private void sendProbe(Progress peer) {
        long before = peer.next - 1;
        if (before < raft.log.base().index()) {
            beginSnapshot(peer);
            return;
        }
        peer.probing = true;
        peer.probeEnd = before;
        peer.sentAt = raft.now;
        sendAppend(peer, new LogPosition(before, raft.log.termAt(before)), List.of());
    }

    private void sendAppend(Progress peer, LogPosition previous, List<LogEntry> entries) {
        // Heartbeats are often enough; entries reach also one that was set back and answers now and then.
        Applied applied = entries.isEmpty() && speaksTwo(peer) ? raft.applying.digest() : null;
        raft.send(new Append(
                raft.self, peer.peer, raft.term, peer.session, round, previous, entries, raft.commit, applied));
    }

    /**
     * Nobody is told what it would not understand. The configuration says what that is, but it can only be put right by a
     * quorum that understands its leader, and a node may have been set back since: so who is silent is spoken to in
     * version 1.
     */
    private boolean speaksTwo(Progress peer) {
        return raft.protocolMax >= 2
                && raft.configuration().protocol() >= 2
                && silentFor(peer) < raft.settings().electionMinNanos() / 2;
    }

    void appendReply(AppendReply reply) {
        Progress peer = peers.get(reply.from());
        if (peer == null || reply.session() != peer.session) {
            return; // Of another session: it says nothing about this one.
        }
        recovers(peer, reply.round(), reply.nonce());
        answered(peer, reply.round());
        if (reply.applied() != null) {
            peer.applied = reply.applied();
        }
        if (!reply.accepted()) {
            long agreed = reply.hint().index() < raft.log.base().index()
                    ? reply.hint().index()
                    : raft.log.agreementAtMost(reply.hint());
            peer.match = Math.min(peer.match, agreed); // What it says now is what it has.
            peer.counted = Math.min(peer.counted, agreed);
            peer.probe(newSession(), agreed + 1);
            return;
        }
        matched(peer, reply.match(), reply.nonce());
        peer.catchUp(raft.log.lastIndex(), raft.now, raft.settings().electionMinNanos());
        if (peer.mode == Mode.PROBE) {
            peer.mode = Mode.REPLICATE;
            peer.probing = false;
            peer.next = Math.max(peer.match, peer.probeEnd) + 1;
        }
    }

    /** What a recovering peer has serves to bring it up to date, and counts for nothing. */
    private void matched(Progress peer, long match, long nonce) {
        peer.matched(match, raft.now);
        if (nonce == 0) {
            peer.counted = Math.max(peer.counted, match);
        }
    }

    /** Tells a recovering peer how far it has to come: to what is in the log now, after its start. */
    private void recovers(Progress peer, long ofRound, long nonce) {
        if (nonce != 0) {
            if (nonce != peer.nonce) {
                peer.counted = 0;
            }
            raft.send(new CatchUp(raft.self, peer.peer, raft.term, nonce, raft.log.lastIndex()));
        }
        if (ofRound >= peer.round) {
            peer.nonce = nonce; // An older answer may come from before the start after which it recovers.
        }
    }

    /** An answer to a round that the peer has answered before says nothing: it was on its way for long, or comes again. */
    private void answered(Progress peer, long answeredRound) {
        if (answeredRound > peer.round && answeredRound <= round) {
            peer.round = answeredRound;
            peer.answeredAt = raft.now;
            peer.askedAt = sentAt(answeredRound);
        }
    }

    private long silentFor(Progress peer) {
        return raft.now - peer.answeredAt;
    }

    /** What was sent long ago and not answered is taken for lost. */
    void resend() {
        long patience = raft.settings().electionMinNanos() / 2;
        for (Progress peer : peers.values()) {
            if (peer.mode == Mode.REPLICATE
                    && !peer.inflight.isEmpty()
                    && raft.now - peer.movedAt > Math.max(patience, peer.patience)) {
                peer.lost(patience, raft.limits.appendBytes());
                peer.probe(newSession(), peer.match + 1);
            } else if (peer.mode == Mode.SNAPSHOT && answers(peer) && raft.now - peer.sentAt > patience) {
                if (peer.source != raft.self && !getsOn(peer)) {
                    passOver(peer);
                    continue;
                }
                if (peer.snapshotOffset == 0
                        || peer.snapshot.index() < raft.log.base().index()) {
                    peer.restartSnapshot(); // It has nothing, or would need another one behind this.
                    if (peer.source == raft.self && !peer.readingChunk) {
                        peer.source = source(peer); // It may have been silent when it was last thought about.
                    }
                }
                readChunk(peer);
            }
        }
    }

    // ---- snapshots

    /**
     * The last entry that no peer needs any more, behind its own log or behind the snapshot that it receives: of those
     * that answer and get on, for who does not would have the log grow for ever.
     *
     * @return an index; later than everything if there is no such peer
     */
    long neededBehind() {
        long stuck = STUCK_TIMEOUTS * raft.settings().electionMaxNanos();
        return peers.values().stream()
                .filter(peer -> answers(peer) && raft.now - peer.advancedAt < stuck)
                .mapToLong(Progress::needsBehind)
                .filter(index -> index > 0)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** Whether a member is in touch, as far as is known yet. */
    boolean answers(long peer) {
        Progress progress = peers.get(peer);
        return peer == raft.self || (progress != null && answers(progress));
    }

    private boolean answers(Progress peer) {
        return silentFor(peer) < raft.settings().electionMaxNanos();
    }

    private void beginSnapshot(Progress peer) {
        peer.passedOver.clear();
        sendSnapshot(peer);
    }

    private void sendSnapshot(Progress peer) {
        peer.sendSnapshot(newSession(), source(peer), raft.now);
        readChunk(peer);
    }

    void noChunk(NoChunk none) {
        Progress peer = peers.get(none.peer());
        if (peer != null
                && peer.mode == Mode.SNAPSHOT
                && peer.session == none.session()
                && peer.source == none.from()) {
            if (none.reading()) {
                peer.readingAt = raft.now;
            } else {
                passOver(peer);
            }
        }
    }

    private void passOver(Progress peer) {
        peer.passedOver.add(peer.source);
        sendSnapshot(peer);
    }

    /** Who is to send a snapshot: a learner rather than a voter, and who sends the fewest; at last this leader itself. */
    private long source(Progress peer) {
        if (!raft.snapshotsFromMembers || !speaksTwo(peer)) {
            return raft.self;
        }
        return peers.values().stream()
                .filter(member -> member != peer && !peer.passedOver.contains(member.peer) && canServe(member))
                .min(Comparator.<Progress, Boolean>comparing(
                                member -> raft.configuration().isVoter(member.peer))
                        .thenComparing(this::served))
                .map(member -> member.peer)
                .orElse(raft.self);
    }

    private boolean canServe(Progress member) {
        return raft.configuration().member(member.peer) != null
                && member.mode == Mode.REPLICATE
                && member.match >= raft.log.base().index()
                && member.nonce == 0
                && speaksTwo(member);
    }

    /** How many get a snapshot from a member. */
    private long served(Progress member) {
        return peers.values().stream()
                .filter(peer -> peer.mode == Mode.SNAPSHOT && peer.source == member.peer)
                .count();
    }

    /** Whether whoever sends a peer's snapshot is in touch, and has not been at it for too long. */
    private boolean getsOn(Progress peer) {
        Progress source = peers.get(peer.source);
        long timeout = raft.settings().electionMaxNanos();
        return source != null
                && answers(source)
                && raft.now - Math.max(peer.advancedAt, peer.readingAt) <= SOURCE_TIMEOUTS * timeout
                && raft.now - peer.advancedAt <= READING_TIMEOUTS * timeout;
    }

    private void readChunk(Progress peer) {
        if (peer.readingChunk) {
            return;
        }
        peer.sentAt = raft.now;
        if (peer.source != raft.self) {
            raft.send(new ServeChunk(
                    raft.self,
                    peer.source,
                    raft.term,
                    peer.peer,
                    peer.session,
                    round,
                    peer.snapshot,
                    peer.snapshotOffset,
                    raft.log.base().index()));
            return;
        }
        peer.readingChunk = true;
        raft.outbox.add(new Effect.ReadChunk(peer.peer, peer.session, peer.snapshot, peer.snapshotOffset));
    }

    void chunkRead(Event.ChunkRead chunk) {
        Progress peer = peers.get(chunk.peer());
        if (peer == null || peer.session != chunk.session() || peer.mode != Mode.SNAPSHOT) {
            return;
        }
        peer.readingChunk = false;
        peer.sentAt = raft.now;
        if (chunk.total() == 0) {
            return; // Nothing to send at the moment: asked for again when patience ends.
        }
        peer.snapshot = chunk.position();
        peer.snapshotOffset = chunk.offset();
        raft.send(new InstallSnapshot(
                raft.self,
                peer.peer,
                raft.term,
                raft.self,
                peer.session,
                round,
                chunk.position(),
                chunk.total(),
                chunk.offset(),
                chunk.bytes()));
    }

    void snapshotReply(SnapshotReply reply) {
        Progress peer = peers.get(reply.from());
        if (peer == null || reply.session() != peer.session) {
            return;
        }
        recovers(peer, reply.round(), reply.nonce());
        answered(peer, reply.round());
        if (peer.mode != Mode.SNAPSHOT) {
            return;
        }
        if (peer.source != raft.self && reply.position().index() > peer.snapshot.index()) {
            peer.adoptSnapshot(reply.position()); // Which one it is, only its source knows.
        }
        if (!reply.position().equals(peer.snapshot)) {
            return;
        }
        if (reply.done()) {
            matched(peer, reply.match(), reply.nonce());
            peer.probe(newSession(), reply.position().index() + 1);
        } else if (reply.next() != peer.snapshotOffset) { // Else it was said before.
            peer.snapshotWanted(reply.next(), raft.now);
            readChunk(peer);
        }
    }
}
