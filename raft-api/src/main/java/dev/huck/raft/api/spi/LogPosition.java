package dev.huck.raft.api.spi;

import java.util.List;

/**
 * A place in the log.
 *
 * @param index from 1; 0 is the place before the first entry
 * @param term the entry's term; 0 at index 0
 */
public record LogPosition(long index, long term) {
    /** The place before the first entry of a log that was never compacted. */
    public static final LogPosition START = new LogPosition(0, 0);

    /** Checks the range. */
    public LogPosition {
        if (index < 0 || term < 0) {
            throw new IllegalArgumentException("index " + index + ", term " + term);
        }
    }

    /**
     * Refuses what must not be {@linkplain LogStore#append appended} to a log that ends here.
     *
     * @param entries to be appended
     * @throws IllegalArgumentException when there are none, when the first does not follow this place, or one of them not the
     *     one before
     */
    public void checkFollowedBy(List<LogEntry> entries) {
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("no entries");
        }
        long before = index;
        long termBefore = term;
        for (LogEntry entry : entries) {
            if (entry.index() != before + 1 || entry.term() < termBefore) {
                throw new IllegalArgumentException("entry " + entry.index() + " of term " + entry.term()
                        + " does not follow entry " + before + " of term " + termBefore);
            }
            before = entry.index();
            termBefore = entry.term();
        }
    }
}
