package dev.huck.raft.core.node;

import dev.huck.raft.api.spi.LogEntry;
import java.util.zip.CRC32C;

/**
 * A hash over all that a machine was given and all that it gave back, entry by entry: nodes with the same digest at an
 * index have applied the same commands with the same results. Once different, it stays different. Snapshots carry it on;
 * the digests of the last entries are kept, to be compared. Machine stage only.
 */
final class Digest {
    /**
     * Entries whose digests are kept: 2 MiB, once there are as many. A search takes as long as the slowest member takes to
     * answer, or a second if one is away, and what is searched must still be known then.
     */
    static final int KEPT = 1 << 18;

    private static final int KEPT_FIRST = 1 << 10;

    /** The digest of entry i at i modulo the length, a power of two. */
    private long[] recent = new long[KEPT_FIRST];

    private final CRC32C checksum = new CRC32C();
    private long first;
    private long index;
    private long value;
    private long results;

    /** Goes on from a snapshot, or from nothing. */
    void begin(long at, long digest) {
        first = at;
        index = at;
        value = digest;
        results = 0;
        keep();
    }

    /** A command of the entry at hand has been run; in order. */
    void result(long hash) {
        results = Hashing.mix(results, hash);
    }

    /** The entry at hand has been applied to its end. */
    void applied(LogEntry entry) {
        checksum.reset();
        checksum.update(entry.payload(), 0, entry.payload().length);
        long given = Hashing.mix(Hashing.mix(entry.index(), entry.term()), checksum.getValue());
        value = Hashing.mix(Hashing.mix(value, given), results);
        results = 0;
        index = entry.index();
        keep();
    }

    private void keep() {
        if (index - first >= recent.length && recent.length < KEPT) {
            grow();
        }
        recent[slot(index)] = value;
    }

    private void grow() {
        long[] before = recent;
        recent = new long[2 * before.length];
        for (long at = first; at < index; at++) {
            recent[slot(at)] = before[(int) (at & (before.length - 1))];
        }
    }

    private int slot(long entry) {
        return (int) (entry & (recent.length - 1));
    }

    /** The last entry that it covers. */
    long index() {
        return index;
    }

    /** Over all up to {@link #index}. */
    long value() {
        return value;
    }

    /** The first entry whose digest is still known. */
    long oldest() {
        return Math.max(first, index - recent.length + 1);
    }

    /** Whether the digest at an entry is known. */
    boolean knows(long at) {
        return at >= oldest() && at <= index;
    }

    /** The digest at an entry; 0 if it is not known. */
    long at(long entry) {
        return knows(entry) ? recent[slot(entry)] : 0;
    }
}
