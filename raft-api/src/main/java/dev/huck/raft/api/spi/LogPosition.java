package dev.huck.raft.api.spi;

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
}
