package dev.huck.log.chronicle;

import org.jspecify.annotations.Nullable;

/**
 * Consecutive entries of one term in consecutive records, up to where the next run begins. What makes a log searchable
 * without a word in memory for each entry.
 *
 * @param first index of the first
 * @param term of all
 * @param segment where they are; null if they are lost
 * @param place of the first one's record in the queue
 * @param offset of that in the segment's file
 * @param damage how they were lost; null if they are there
 */
record Run(long first, long term, @Nullable Segment segment, long place, long offset, @Nullable String damage) {

    static Run of(long first, long term, Segment segment, long place, long offset) {
        return new Run(first, term, segment, place, offset, null);
    }

    /** Entries that are not there. */
    static Run lost(long first, long term, String damage) {
        return new Run(first, term, null, Place.NONE, 0, damage);
    }

    boolean isLost() {
        return segment == null;
    }
}
