package dev.huck.raft.core.consensus;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Message.Append;
import dev.huck.raft.core.consensus.Message.AppendReply;
import dev.huck.raft.core.consensus.Message.InstallSnapshot;
import dev.huck.raft.core.consensus.Message.NoChunk;
import dev.huck.raft.core.consensus.Message.ServeChunk;
import dev.huck.raft.core.consensus.Message.SnapshotReply;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Follows a leader, or waits for one; a learner does the same without ever campaigning (Raft §5.2, §5.3). */
final class Follower implements RoleState {
    private final Raft raft;
    private long electionAt;
    /** Up to here the log is known to equal that of the term's leader, which only ever appends to its own. */
    private long verified;

    private long session;
    private long round;
    private boolean owesReply;
    /** The leader speaks version 2 of the protocol, so this node may. */
    private boolean saysApplied;

    private @Nullable InstallSnapshot installing;
    private boolean storing;
    /** The pieces that are being read for others, by who is to get them. */
    private final TreeMap<Long, ServeChunk> serving = new TreeMap<>();

    Follower(Raft raft) {
        this.raft = raft;
        this.electionAt = raft.now + raft.randomElectionTimeout();
    }

    void postponeElection() {
        electionAt = raft.now + raft.randomElectionTimeout();
    }

    @Override
    public void tick() {
        if (raft.now < electionAt) {
            return;
        }
        postponeElection();
        if (raft.mayCampaign()) {
            raft.campaign(false);
        } else {
            raft.leader = 0; // Nobody is pointed to one that is gone.
            raft.recovering.ask();
        }
    }

    @Override
    public long deadline() {
        return electionAt;
    }

    void append(Append append) {
        postponeElection();
        saysApplied = append.applied() != null;
        session = Math.max(session, append.session()); // One that was overtaken says nothing about the newest.
        round = Math.max(round, append.round());
        RaftLog log = raft.log;
        LogPosition previous = append.previous();
        // What lies before the base is committed here, so it equals the leader's.
        boolean matches = previous.index() < log.base().index() || log.contains(previous);
        if (!matches) {
            reply(false, log.conflictHint(previous));
            return;
        }
        boolean wrote = false;
        for (LogEntry entry : append.entries()) {
            if (entry.index() <= log.base().index()) {
                continue;
            }
            if (entry.index() <= log.lastIndex()) {
                if (log.termAt(entry.index()) == entry.term()) {
                    continue;
                }
                raft.truncateLog(entry.index());
            }
            raft.appendToLog(entry);
            wrote = true;
        }
        verified = Math.max(verified, previous.index() + append.entries().size());
        raft.commitTo(Math.max(raft.commit, Math.min(append.commit(), verified)));
        // Entries are answered when they are durable; a heartbeat at once, so that a slow disk is no lost contact.
        owesReply |= !wrote;
    }

    void persisted() {
        if (raft.leader != 0) {
            owesReply = true;
        }
    }

    void flush() {
        if (raft.leader != 0) {
            raft.recovering.verified(verified);
        }
        if (owesReply) {
            reply(true, LogPosition.START);
        }
        owesReply = false;
    }

    private void reply(boolean accepted, LogPosition hint) {
        RaftLog log = raft.log;
        raft.send(new AppendReply(
                raft.self,
                raft.leader,
                raft.term,
                session,
                round,
                accepted,
                accepted ? Math.min(verified, log.counted()) : 0,
                Math.min(verified, log.synced()),
                hint,
                raft.recovering.nonce(),
                saysApplied ? raft.applying.digest() : null));
    }

    void install(InstallSnapshot install) {
        postponeElection();
        session = Math.max(session, install.session());
        round = Math.max(round, install.round());
        installing = install;
        if (install.position().index() <= raft.commit) {
            answer(install, 0, true); // Never install what the log already holds.
        } else if (!storing && raft.outbox.hardStateIsDurable()) {
            // The term before anything of that term, here too. The leader sends again.
            storing = true;
            raft.outbox.add(
                    new Effect.StoreChunk(install.position(), install.total(), install.offset(), install.bytes()));
        }
    }

    void chunkStored(LogPosition position, long next, boolean complete) {
        storing = false;
        if (complete) {
            verified = Math.max(verified, position.index());
        }
        if (installing != null && installing.position().equals(position)) {
            answer(installing, next, complete || position.index() <= raft.commit);
        }
    }

    /** One read for each peer at a time; the leader asks again. */
    void serve(ServeChunk request) {
        if (serving.put(request.peer(), request) != null) {
            none(request, true);
        } else {
            raft.outbox.add(
                    new Effect.ReadChunk(request.peer(), request.session(), request.position(), request.offset()));
        }
    }

    void chunkRead(Event.ChunkRead chunk) {
        ServeChunk request = serving.remove(chunk.peer());
        if (request == null) {
            return; // Of an earlier term.
        }
        if (chunk.total() == 0 || chunk.position().index() < request.behind()) {
            none(request, false);
        } else {
            raft.send(new InstallSnapshot(
                    raft.self,
                    request.peer(),
                    raft.term,
                    request.from(),
                    request.session(),
                    request.round(),
                    chunk.position(),
                    chunk.total(),
                    chunk.offset(),
                    chunk.bytes()));
        }
    }

    private void none(ServeChunk request, boolean reading) {
        raft.send(new NoChunk(raft.self, request.from(), raft.term, request.peer(), request.session(), reading));
    }

    private void answer(InstallSnapshot install, long next, boolean done) {
        // All that is committed equals the leader's log; what it may count is what is durable of it.
        long match = done ? Math.min(raft.commit, raft.log.counted()) : 0;
        raft.send(new SnapshotReply(
                raft.self,
                raft.leader,
                raft.term,
                session,
                round,
                install.position(),
                next,
                done,
                match,
                raft.recovering.nonce()));
    }
}
