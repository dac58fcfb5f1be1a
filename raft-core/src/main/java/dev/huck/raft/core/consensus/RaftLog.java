package dev.huck.raft.core.consensus;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the core knows of the log without touching a disk: the term of every index, the recent entries themselves, and how
 * far it is durable.
 *
 * <p>Pointers: {@code base ≤ synced ≤ counted ≤ last}. {@code counted} is what a node may vouch for at the cluster's
 * durability, {@code synced} what is on disk; at {@code HIGH} they are the same.
 */
final class RaftLog {
    private static final int UNSYNCED_MARKS = 64;

    private final TermRuns terms = new TermRuns();
    private final SizeIndex sizes = new SizeIndex();
    private final ArrayDeque<Mark> uncounted = new ArrayDeque<>();
    private final ArrayDeque<Mark> unsynced = new ArrayDeque<>();
    private final long cacheBytes;
    private final ArrayList<LogEntry> cache = new ArrayList<>();
    private int cacheStart;
    private long cachedBytes;
    private LogPosition base;
    private long last;
    private long counted;
    private long synced;

    /** A write under way and the last index that it, and all before it, vouch for. */
    private record Mark(long sequence, long index, long since) {}

    RaftLog(LogPosition base, long cacheBytes) {
        this.base = base;
        this.cacheBytes = cacheBytes;
        this.last = base.index();
        this.counted = base.index();
        this.synced = base.index();
        terms.append(base.index(), base.term());
    }

    /** Takes over an entry that the store already holds. */
    void load(LogEntry entry) {
        append(entry);
        counted = last;
        synced = last;
        evict();
    }

    LogPosition base() {
        return base;
    }

    LogPosition last() {
        return new LogPosition(last, termAt(last));
    }

    long lastIndex() {
        return last;
    }

    long counted() {
        return counted;
    }

    long synced() {
        return synced;
    }

    boolean knowsTerm(long index) {
        return index >= base.index() && index <= last;
    }

    long termAt(long index) {
        if (!knowsTerm(index)) {
            throw new AssertionError("index " + index + " is outside of the log " + base.index() + ".." + last);
        }
        return terms.at(index);
    }

    boolean contains(LogPosition position) {
        return knowsTerm(position.index()) && terms.at(position.index()) == position.term();
    }

    /** Whether a log that ends there may lead one that ends here (Raft §5.4.1). */
    boolean isUpToDate(LogPosition other) {
        long term = termAt(last);
        return other.term() > term || (other.term() == term && other.index() >= last);
    }

    /** Where a sender whose entry at an index has another term had better try: Raft §5.3's faster back-tracking. */
    LogPosition conflictHint(LogPosition previous) {
        long index = Math.min(previous.index(), last);
        if (previous.index() <= last) {
            index = Math.max(base.index(), terms.lastWithTermAtMost(index, previous.term()));
        }
        return new LogPosition(index, termAt(Math.max(index, base.index())));
    }

    /** The last index that may agree with a log that has this entry at the end of its possible agreement. */
    long agreementAtMost(LogPosition hint) {
        return terms.lastWithTermAtMost(Math.min(hint.index(), last), hint.term());
    }

    void append(LogEntry entry) {
        if (entry.index() != last + 1) {
            throw new AssertionError("entry " + entry.index() + " does not follow " + last);
        }
        terms.append(entry.index(), entry.term());
        sizes.append(entry.index(), entry.cost());
        cache.add(entry);
        cachedBytes += entry.cost();
        last = entry.index();
    }

    void truncateSuffix(long from) {
        if (from <= base.index()) {
            throw new AssertionError("truncation from " + from + " at or before the base " + base.index());
        }
        while (cache.size() > cacheStart && cache.get(cache.size() - 1).index() >= from) {
            cachedBytes -= cache.remove(cache.size() - 1).cost();
        }
        terms.truncateSuffix(from);
        sizes.truncateSuffix(from);
        last = Math.min(last, from - 1);
        counted = Math.min(counted, last);
        synced = Math.min(synced, last);
        // A write under way no longer vouches for what is rewritten: no ABA.
        limit(uncounted, last);
        limit(unsynced, last);
    }

    private static void limit(ArrayDeque<Mark> marks, long index) {
        for (int i = marks.size(); i > 0; i--) {
            Mark mark = marks.removeFirst();
            marks.addLast(new Mark(mark.sequence, Math.min(mark.index, index), mark.since));
        }
    }

    void reset(LogPosition to) {
        base = to;
        last = to.index();
        counted = last;
        synced = last;
        terms.clear();
        terms.append(to.index(), to.term());
        sizes.clear();
        cache.clear();
        cacheStart = 0;
        cachedBytes = 0;
        uncounted.clear();
        unsynced.clear();
    }

    /** The index through which a snapshot allows to compact while a tail is kept; the base's if nothing. */
    long compactable(long covered, long tailBytes) {
        return Math.max(base.index(), Math.min(Math.min(covered, counted), sizes.indexKeeping(tailBytes)));
    }

    /** The last index behind which at least so many bytes of log lie; 0 if there are not so many. */
    long indexKeeping(long bytes) {
        return sizes.indexKeeping(bytes);
    }

    void compact(long through) {
        base = new LogPosition(through, termAt(through));
        terms.truncatePrefix(through);
        sizes.truncatePrefix(through);
        evictThrough(through);
    }

    /** A write has left that brings the log to its present end. */
    void writing(long sequence, long now) {
        Mark mark = new Mark(sequence, last, now);
        uncounted.addLast(mark);
        if (unsynced.size() >= UNSYNCED_MARKS) {
            unsynced.removeLast(); // Where syncs are rare, or never come: the next one vouches for all of them.
        }
        unsynced.addLast(mark);
    }

    /** Since when a write has been under way; {@code now} if none is. */
    long writingSince(long now) {
        return uncounted.isEmpty() ? now : uncounted.getFirst().since;
    }

    void persisted(long sequence) {
        counted = Math.max(counted, vouched(uncounted, sequence));
    }

    void synced(long sequence) {
        synced = Math.max(synced, vouched(unsynced, sequence));
    }

    private static long vouched(ArrayDeque<Mark> marks, long sequence) {
        long index = 0;
        while (!marks.isEmpty() && marks.getFirst().sequence <= sequence) {
            index = marks.removeFirst().index;
        }
        return index;
    }

    /** Entries from memory, up to an index and a number of bytes but at least one; null if the first is not in memory. */
    @Nullable
    List<LogEntry> slice(long from, long through, long maxBytes) {
        if (from > last
                || cacheStart == cache.size()
                || from < cache.get(cacheStart).index()) {
            return null;
        }
        int start = cacheStart + (int) (from - cache.get(cacheStart).index());
        int end = start;
        long bytes = 0;
        while (end < cache.size() && cache.get(end).index() <= through) {
            bytes += cache.get(end).cost();
            if (bytes > maxBytes && end > start) {
                break;
            }
            end++;
        }
        return List.copyOf(cache.subList(start, end));
    }

    /**
     * Of entries that were read from the store a while ago, the first ones that the log still holds up to an index: others
     * may have been cut off and written anew meanwhile.
     */
    List<LogEntry> stillHeld(List<LogEntry> entries, long through) {
        int end = 0;
        while (end < entries.size()
                && entries.get(end).index() <= through
                && contains(new LogPosition(
                        entries.get(end).index(), entries.get(end).term()))) {
            end++;
        }
        return entries.subList(0, end);
    }

    /** Bytes of the entries in memory, as they are counted. */
    long cachedBytes() {
        return cachedBytes;
    }

    /** The same, counted anew. */
    long cachedBytesAnew() {
        long bytes = 0;
        for (int i = cacheStart; i < cache.size(); i++) {
            bytes += cache.get(i).cost();
        }
        return bytes;
    }

    /** The oldest entry in memory; behind the last one if there is none. */
    long cachedFrom() {
        return cacheStart == cache.size() ? last + 1 : cache.get(cacheStart).index();
    }

    /** Lets go of old entries in memory, never of one that only memory holds; the store has the others. */
    void evict() {
        while (cachedBytes > cacheBytes
                && cacheStart < cache.size()
                && cache.get(cacheStart).index() <= counted) {
            evictFirst();
        }
        trim();
    }

    private void evictThrough(long index) {
        while (cacheStart < cache.size() && cache.get(cacheStart).index() <= index) {
            evictFirst();
        }
        trim();
    }

    @SuppressWarnings("NullAway") // the slot is behind the cache's start and never read again
    private void evictFirst() {
        cachedBytes -= cache.get(cacheStart).cost();
        cache.set(cacheStart++, null);
    }

    private void trim() {
        if (cacheStart > 1024 && cacheStart > cache.size() / 2) {
            cache.subList(0, cacheStart).clear();
            cacheStart = 0;
        }
    }
}
