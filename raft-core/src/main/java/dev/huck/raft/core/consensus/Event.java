package dev.huck.raft.core.consensus;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happens to the core. Everything it knows of the world comes as one of these, with the time of the step. */
public sealed interface Event {

    /** Time has passed. */
    record Tick() implements Event {}

    /**
     * A message has arrived.
     *
     * @param message from a peer, already checked for cluster, group and receiver
     */
    record Received(Message message) implements Event {}

    /**
     * Clients want these commands in the log, together in one entry.
     *
     * @param batch the shell's own number, echoed in {@link Effect.Proposed} or {@link Effect.Rejected}
     * @param commands at least one
     * @param wallNanos the wall clock, nanoseconds since the epoch
     * @param seed for the machine's randomness
     */
    record Propose(long batch, List<Command> commands, long wallNanos, long seed) implements Event {}

    /**
     * Clients want to read what is linearizable now.
     *
     * @param batch the shell's own number, echoed in {@link Effect.ReadReady} or {@link Effect.Rejected}
     * @param anywhere whether a node that does not lead is to ask the leader, rather than reject
     */
    record Read(long batch, boolean anywhere) implements Event {
        /**
         * One that only a leader answers.
         *
         * @param batch as above
         */
        public Read(long batch) {
            this(batch, false);
        }
    }

    /** The node has reason to think that it stood still for a while, its monotonic clock perhaps with it. */
    record Paused() implements Event {}

    /**
     * Every write up to this one counts as durable at the cluster's level.
     *
     * @param sequence of {@link Effect.Persist}
     */
    record Persisted(long sequence) implements Event {}

    /**
     * Every write up to this one is on disk.
     *
     * @param sequence of {@link Effect.Persist}
     */
    record Synced(long sequence) implements Event {}

    /**
     * The machine has applied everything up to here.
     *
     * @param index the last applied entry
     */
    record Applied(long index) implements Event {}

    /** The machine's state is suspect: it applies and answers nothing until {@link MachineRestarted}, if that ever comes. */
    record MachineDistrusted() implements Event {}

    /**
     * The machine was built anew from the newest snapshot and wants everything behind it again.
     *
     * @param index what the snapshot covers
     * @param told what the latest {@link Effect.RestoreMachine} covered that it knew of; 0 for none
     */
    record MachineRestarted(long index, long told) implements Event {}

    /**
     * Entries that {@link Effect.ReadEntries} asked for.
     *
     * @param token echoed
     * @param entries consecutive; empty if the log no longer has them
     */
    record EntriesRead(long token, List<LogEntry> entries) implements Event {}

    /**
     * A snapshot of this node's own machine is durable.
     *
     * @param position what it covers
     */
    record SnapshotSaved(LogPosition position) implements Event {}

    /** The snapshot asked for by {@link Effect.TakeSnapshot} was not taken; the log is kept. */
    record SnapshotAbandoned() implements Event {}

    /**
     * A piece of a snapshot that {@link Effect.ReadChunk} asked for.
     *
     * @param peer echoed
     * @param session echoed
     * @param position what the snapshot covers; the newest there is, if the one asked for has gone
     * @param total the file's length in bytes; 0 if there is no readable snapshot
     * @param offset where the piece belongs
     * @param bytes the piece
     */
    record ChunkRead(long peer, long session, LogPosition position, long total, long offset, byte[] bytes)
            implements Event {}

    /**
     * {@link Effect.StoreChunk} was carried out.
     *
     * @param position what the snapshot covers
     * @param next offset of the piece that is wanted now; 0 to start again
     * @param configuration once the whole file is verified, durable and published: its configuration; else null
     * @param stamp once published: the replicated time of its state
     */
    record ChunkStored(LogPosition position, long next, @Nullable Configuration configuration, long stamp)
            implements Event {}

    /**
     * Somebody wants another membership.
     *
     * @param request the shell's own number, echoed in {@link Effect.Changed}
     * @param change what to change
     */
    record ChangeMembers(long request, Change change) implements Event {}

    /** {@link Effect.EndRecovery} was carried out. */
    record Recovered() implements Event {}

    /**
     * The node wants to hand leadership to somebody else.
     *
     * @param to store id of the voter that is to lead; 0 for whichever has most of the log
     */
    record Transfer(long to) implements Event {
        /** To the voter that has most of the log. */
        public Transfer() {
            this(0);
        }
    }
}
