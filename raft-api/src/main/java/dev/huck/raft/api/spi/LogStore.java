package dev.huck.raft.api.spi;

import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;

/**
 * A durable sequence of entries with consecutive indexes, and the place before its first one (the base), which
 * compaction or an installed snapshot left. It holds entries and nothing else: term, vote and snapshots are the
 * engine's.
 *
 * <p><b>Ordering.</b> All changes come from one thread, the engine's log writer, in the order in which they are to
 * survive: whatever a crash leaves is the state after some prefix of the changes, and includes every one that was synced.
 *
 * <p><b>Threading.</b> {@link #read}, {@link #base} and {@link #last} may be called by any thread while the writer
 * changes the log; they see it as it was before or after each change, never in between.
 *
 * <p><b>Durability.</b> On return from a change, it is <em>written</em>: it survives the death of the process. It is
 * <em>synced</em>, and survives a power cut, once {@link #sync} has returned. At
 * {@link dev.huck.raft.api.Durability#MEDIUM} and {@code LOW} the engine syncs less often; a store may then choose a
 * faster way to write that still keeps these promises.
 *
 * <p><b>On failure.</b> An {@link IOException} out of a change or a sync is final: the store refuses every later change
 * with the same error, never retries a sync and never believes a later success. Reads may go on. Opened again after such a
 * failure, it makes its last truncation, compaction or reset durable with the next sync; entries that were not synced are
 * the engine's to drop, or to write anew. Every record carries a checksum over its index, term and payload; one that does
 * not match is never returned but reported as {@link CorruptLogException}. A torn tail that was never synced is cut off at
 * open.
 */
public interface LogStore extends AutoCloseable {

    /**
     * The place before the first entry.
     *
     * @return {@link LogPosition#START} for a log that was never compacted
     */
    LogPosition base();

    /**
     * The last entry's place; the base's if there is none.
     *
     * @return the place
     */
    LogPosition last();

    /**
     * Adds entries at the end. Atomic per entry at least: a crash leaves a prefix of them.
     *
     * @param entries not empty; the first follows {@link #last}, each follows the one before
     * @throws IllegalArgumentException when they do not follow; nothing is changed
     * @throws IOException when writing failed; final
     */
    void append(List<LogEntry> entries) throws IOException;

    /**
     * Drops entries from the end.
     *
     * @param from the first to go, above the base; beyond the end: nothing happens
     * @throws IllegalArgumentException when it is not above the base; nothing is changed
     * @throws IOException when writing failed; final
     */
    void truncateSuffix(long from) throws IOException;

    /**
     * Drops entries from the front: the base becomes the entry at this index. Does not hold up appends for long: space
     * may be given back later, in pieces.
     *
     * @param through the last to go, at most {@link #last}; at or below the base: nothing happens
     * @throws IllegalArgumentException when it is beyond the end; nothing is changed
     * @throws IOException when writing failed; final
     */
    void truncatePrefix(long through) throws IOException;

    /**
     * Drops every entry and starts anew behind a snapshot. Atomic.
     *
     * @param base the new base
     * @throws IOException when writing failed; final
     */
    void reset(LogPosition base) throws IOException;

    /**
     * Makes everything written so far survive a power cut, the directory's own entries included.
     *
     * @throws IOException when it can't be vouched for; final
     */
    void sync() throws IOException;

    /**
     * Reads entries in order.
     *
     * @param from index of the first
     * @param sink takes each entry and says whether it wants the next; its exceptions end the read and reach the caller
     * @return how many were handed over; 0 when {@code from} is not in the log
     * @throws CorruptLogException when a record's checksum or identity is wrong
     * @throws IOException when reading failed
     */
    long read(long from, Predicate<LogEntry> sink) throws IOException;

    /**
     * Space on disk, roughly.
     *
     * @return bytes; 0 for a store without a disk
     */
    long sizeInBytes();

    /**
     * Gives space that is no longer needed back to the system, where the store can do so without holding up appends.
     *
     * @throws IOException when it failed; final only if it says so by refusing later changes
     */
    void shrink() throws IOException;

    /**
     * Closes the store; what was written stays written, but is not synced by this. Idempotent.
     *
     * @throws IOException when closing failed
     */
    @Override
    void close() throws IOException;
}
