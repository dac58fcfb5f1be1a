package dev.huck.raft.core.consensus;

import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the core wants done. The shell carries effects out in the order in which they come. */
public sealed interface Effect {

    /**
     * Writes, in this order: hard state (synced), reset, truncation, entries, compaction. All writes form one stream.
     *
     * @param sequence 1, 2, 3, …; echoed in {@link Event.Persisted} and {@link Event.Synced}
     * @param hardState to be synced before anything after it; null if unchanged
     * @param reset the log starts anew behind this; null if not
     * @param truncateFrom first entry to drop from the end; 0 for none
     * @param entries to append; may be empty
     * @param compactThrough last entry to drop from the front; 0 for none
     * @param mustSync whether this write (and all before) is to be synced before it counts, at every level
     */
    record Persist(
            long sequence,
            @Nullable HardState hardState,
            @Nullable LogPosition reset,
            long truncateFrom,
            List<LogEntry> entries,
            long compactThrough,
            boolean mustSync)
            implements Effect {}

    /**
     * Sends now.
     *
     * @param message what
     */
    record Send(Message message) implements Effect {}

    /**
     * Sends once a write counts; dropped if the node stops before.
     *
     * @param sequence of the write
     * @param message what
     */
    record SendAfter(long sequence, Message message) implements Effect {}

    /**
     * Applies committed entries, consecutive to those before; answered by {@link Event.Applied}.
     *
     * @param entries at least one
     */
    record Apply(List<LogEntry> entries) implements Effect {}

    /**
     * Reads entries from the log store, after all earlier writes; answered by {@link Event.EntriesRead}.
     *
     * @param token echoed
     * @param from index of the first
     * @param maxBytes stop after this many bytes of payload; at least one entry
     */
    record ReadEntries(long token, long from, long maxBytes) implements Effect {}

    /**
     * A batch of commands is in the log, not yet committed.
     *
     * @param batch of {@link Event.Propose}
     * @param position of its entry
     */
    record Proposed(long batch, LogPosition position) implements Effect {}

    /**
     * A batch of commands or reads was not taken on.
     *
     * @param batch of {@link Event.Propose} or {@link Event.Read}
     * @param reason why
     */
    record Rejected(long batch, Rejection reason) implements Effect {}

    /**
     * Reads may be answered from a state that has applied this index.
     *
     * @param batch of {@link Event.Read}
     * @param index the read index
     */
    record ReadReady(long batch, long index) implements Effect {}

    /**
     * What others see of this node has changed.
     *
     * @param role the role
     * @param term the term
     * @param leader store id of the leader; 0 if unknown
     */
    record RoleChanged(Role role, long term, long leader) implements Effect {}

    /**
     * Another configuration is in force: on append, not on commit.
     *
     * @param configuration the configuration
     */
    record ConfigurationChanged(Configuration configuration) implements Effect {}

    /**
     * A change of membership has ended.
     *
     * @param request of {@link Event.ChangeMembers}
     * @param reason why it was refused; null when it is committed
     * @param outcomeKnown false when leadership was lost on the way
     * @param unfit for whom the change would have to wait, where it is refused for that; else empty
     */
    record Changed(long request, @Nullable Rejection reason, boolean outcomeKnown, List<Member> unfit)
            implements Effect {
        Changed(long request, @Nullable Rejection reason, boolean outcomeKnown) {
            this(request, reason, outcomeKnown, List.of());
        }
    }

    /** The machine's state should be captured and saved; answered by {@link Event.SnapshotSaved} or abandoned. */
    record TakeSnapshot() implements Effect {}

    /**
     * Reads a piece of the newest snapshot; answered by {@link Event.ChunkRead}.
     *
     * @param peer for whom
     * @param session of the transfer
     * @param position the snapshot it began with; {@link LogPosition#START} for the newest
     * @param offset where to begin
     */
    record ReadChunk(long peer, long session, LogPosition position, long offset) implements Effect {}

    /**
     * Stores a piece of a snapshot that a leader sent; answered by {@link Event.ChunkStored}. The last piece makes the
     * shell verify the whole, sync it and publish it; the state before stays bootable until then.
     *
     * @param position what the snapshot covers
     * @param total the file's length in bytes
     * @param offset where the piece belongs
     * @param bytes the piece
     */
    record StoreChunk(LogPosition position, long total, long offset, byte[] bytes) implements Effect {}

    /**
     * The machine starts anew from the published snapshot; what is applied next follows it.
     *
     * @param position what it covers
     */
    record RestoreMachine(LogPosition position) implements Effect {}

    /**
     * Syncs all that was written so far and writes down that this node is not recovering any more, in the stream of writes;
     * answered by {@link Event.Recovered}.
     */
    record EndRecovery() implements Effect {}

    /**
     * This node is recovering and hears no leader.
     *
     * @param loss why
     * @param silent voters that have not answered
     */
    record RecoveryWaits(Loss loss, List<Long> silent) implements Effect {}

    /**
     * So many voters lost power that nobody can tell what they had acknowledged: they vote all the same, for the best log
     * of all. What no log has is lost.
     *
     * @param best where that log ends
     */
    record RecoveryGivenUp(LogPosition best) implements Effect {}
}
