package dev.huck.raft.core.consensus;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A message of the consensus protocol. {@code from} and {@code to} are store ids, {@code term} the sender's. */
public sealed interface Message extends PeerMessage {

    /** @return the sender's store id */
    long from();

    /** @return the receiver's store id */
    long to();

    /** @return the sender's term; for a pre-vote request the term it would campaign in */
    long term();

    /**
     * Asks whether an election could be won, without disturbing anybody (dissertation §9.6).
     *
     * @param from sender
     * @param to receiver
     * @param term the term that the sender would campaign in
     * @param last the sender's last entry
     */
    record PreVote(long from, long to, long term, LogPosition last) implements Message {}

    /**
     * Answers {@link PreVote}; never mistaken for a vote.
     *
     * @param from sender
     * @param to receiver
     * @param term the asked-for term if granted, else the sender's own
     * @param granted whether the sender would vote for the receiver
     * @param committed the last of the asker's entries, by their index, that the sender knows to be committed in its own log
     */
    record PreVoteReply(long from, long to, long term, boolean granted, LogPosition committed) implements Message {}

    /**
     * Asks for a vote (Raft §5.2).
     *
     * @param from sender
     * @param to receiver
     * @param term the sender's term
     * @param last the sender's last entry
     * @param transfer whether the leader itself asked for this election, having voided its lease
     */
    record RequestVote(long from, long to, long term, LogPosition last, boolean transfer) implements Message {}

    /**
     * Answers {@link RequestVote}.
     *
     * @param from sender
     * @param to receiver
     * @param term the sender's term
     * @param granted whether the vote is given; it is durable by then
     */
    record VoteReply(long from, long to, long term, boolean granted) implements Message {}

    /**
     * Entries, or a heartbeat if there are none (Raft §5.3).
     *
     * @param from sender
     * @param to receiver
     * @param term the leader's term
     * @param session the replication session: unique per leader, term and restart of the peer's pipeline; echoed
     * @param round the newest round that the leader has opened; echoed, and so confirms that the leader led after it
     * @param previous the entry before the first
     * @param entries consecutive entries behind {@code previous}
     * @param commit the leader's commit index
     * @param applied since version 2 of the protocol: how far the leader's machine has come; null for one of version 1
     */
    record Append(
            long from,
            long to,
            long term,
            long session,
            long round,
            LogPosition previous,
            List<LogEntry> entries,
            long commit,
            @Nullable Applied applied)
            implements Message {

        /**
         * A message of version 1.
         *
         * @param from sender
         * @param to receiver
         * @param term the leader's term
         * @param session the replication session
         * @param round the newest round
         * @param previous the entry before the first
         * @param entries consecutive entries
         * @param commit the leader's commit index
         */
        public Append(
                long from,
                long to,
                long term,
                long session,
                long round,
                LogPosition previous,
                List<LogEntry> entries,
                long commit) {
            this(from, to, term, session, round, previous, entries, commit, null);
        }
    }

    /**
     * How far a node's machine has come, and what it went through. For people and for comparisons: nothing of the protocol
     * rests on it.
     *
     * @param index the last entry that the machine has applied
     * @param digest of the history up to there; 0 where none is kept
     */
    record Applied(long index, long digest) {}

    /**
     * Answers {@link Append}.
     *
     * @param from sender
     * @param to receiver
     * @param term the sender's term
     * @param session echoed
     * @param round echoed
     * @param accepted whether {@code previous} matched
     * @param match if accepted: up to here the sender's log equals the leader's and counts as durable at the cluster's
     *     level
     * @param synced up to here that is on disk
     * @param hint if not accepted: where the leader should try next: the sender's last entry at or before the conflict
     *     whose term may match
     * @param nonce to be echoed in {@link CatchUp}: the sender is recovering, and nothing that it has counts towards a
     *     commit; 0 if it is not
     * @param applied how far the sender's machine has come, if the leader's last message was one of version 2; else null
     */
    record AppendReply(
            long from,
            long to,
            long term,
            long session,
            long round,
            boolean accepted,
            long match,
            long synced,
            LogPosition hint,
            long nonce,
            @Nullable Applied applied)
            implements Message {

        /**
         * A message of version 1.
         *
         * @param from sender
         * @param to receiver
         * @param term the sender's term
         * @param session echoed
         * @param round echoed
         * @param accepted whether {@code previous} matched
         * @param match up to here the logs are equal
         * @param synced up to here that is on disk
         * @param hint where the leader should try next
         * @param nonce as said above
         */
        public AppendReply(
                long from,
                long to,
                long term,
                long session,
                long round,
                boolean accepted,
                long match,
                long synced,
                LogPosition hint,
                long nonce) {
            this(from, to, term, session, round, accepted, match, synced, hint, nonce, null);
        }
    }

    /**
     * A leader has a member send a piece of its newest snapshot to another: every snapshot is of what is committed, so it
     * does not matter whose it is. That one answers the leader.
     *
     * @param from sender
     * @param to receiver
     * @param term the leader's term
     * @param peer who is to get the piece
     * @param session of the leader and that peer
     * @param round the leader's newest
     * @param position the snapshot it began with; {@link LogPosition#START} for the newest
     * @param offset where the piece begins
     * @param behind what the snapshot must at least cover: the leader's log begins behind it
     */
    record ServeChunk(
            long from,
            long to,
            long term,
            long peer,
            long session,
            long round,
            LogPosition position,
            long offset,
            long behind)
            implements Message {}

    /**
     * Answers {@link ServeChunk} where no piece is sent: no snapshot is there that can be read and is new enough, or one is
     * being read for that peer already.
     *
     * @param from sender
     * @param to receiver
     * @param term the leader's term
     * @param peer echoed
     * @param session echoed
     * @param reading whether it is the latter
     */
    record NoChunk(long from, long to, long term, long peer, long session, boolean reading) implements Message {}

    /**
     * A piece of a snapshot (Raft §7), from the leader or from a member that it asked to {@linkplain ServeChunk send it}.
     *
     * @param from sender
     * @param to receiver
     * @param term the leader's term
     * @param leader who is answered
     * @param session echoed
     * @param round echoed
     * @param position what the snapshot covers
     * @param total the file's length in bytes
     * @param offset where the piece belongs
     * @param bytes the piece
     */
    record InstallSnapshot(
            long from,
            long to,
            long term,
            long leader,
            long session,
            long round,
            LogPosition position,
            long total,
            long offset,
            byte[] bytes)
            implements Message {}

    /**
     * Answers {@link InstallSnapshot}.
     *
     * @param from sender
     * @param to receiver
     * @param term the sender's term
     * @param session echoed
     * @param round echoed
     * @param position echoed
     * @param next offset of the piece that the sender wants now
     * @param done whether the sender has all that the snapshot covers, by this or another way
     * @param match if done: as in {@link AppendReply}
     * @param nonce as in {@link AppendReply}
     */
    record SnapshotReply(
            long from,
            long to,
            long term,
            long session,
            long round,
            LogPosition position,
            long next,
            boolean done,
            long match,
            long nonce)
            implements Message {}

    /**
     * Tells a voter to campaign at once: the leader hands over (dissertation §3.10).
     *
     * @param from sender
     * @param to receiver
     * @param term the leader's term
     */
    record TimeoutNow(long from, long to, long term) implements Message {}

    /**
     * Answers a nonce that came with an {@link AppendReply} or {@link SnapshotReply}: once the receiver has all that this
     * leader had then, on disk, it has recovered.
     *
     * @param from sender
     * @param to receiver
     * @param term the leader's term
     * @param nonce echoed
     * @param index the leader's last entry when it had the nonce
     */
    record CatchUp(long from, long to, long term, long nonce, long index) implements Message {}

    /**
     * A recovering voter that hears no leader asks every voter how it is. Changes nobody's term.
     *
     * @param from sender
     * @param to receiver
     * @param term the sender's term
     * @param nonce drawn for this round of questions
     */
    record Query(long from, long to, long term, long nonce) implements Message {}

    /**
     * Answers {@link Query}. Changes nobody's term.
     *
     * @param from sender
     * @param to receiver
     * @param term the sender's term
     * @param nonce echoed
     * @param run drawn at the sender's start
     * @param recovering whether it may have forgotten what it acknowledged
     * @param hearsLeader whether it hears a leader, or is one
     * @param last the sender's last entry
     * @param configuration in force at the sender
     */
    record QueryReply(
            long from,
            long to,
            long term,
            long nonce,
            long run,
            boolean recovering,
            boolean hearsLeader,
            LogPosition last,
            Configuration configuration)
            implements Message {}

    /**
     * Asks the leader for a read index (dissertation §6.4), on behalf of all reads that wait at the sender.
     *
     * @param from sender
     * @param to receiver
     * @param term the sender's term
     * @param token drawn anew by the sender for each round of its own, so that an answer to an earlier round, of an
     *     earlier run too, is never taken for one to this; repeated only with the same reads
     */
    record ReadIndexRequest(long from, long to, long term, long token) implements Message {}

    /**
     * Answers {@link ReadIndexRequest} once a quorum has confirmed the leader in a round that left after the request came.
     *
     * @param from sender
     * @param to receiver
     * @param term the leader's term
     * @param token echoed
     * @param index a state that has applied this is new enough
     */
    record ReadIndexReply(long from, long to, long term, long token, long index) implements Message {}
}
