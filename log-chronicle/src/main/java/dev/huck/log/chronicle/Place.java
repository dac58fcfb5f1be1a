package dev.huck.log.chronicle;

/** Where a record is in the queue: its segment, and its number there. The same as Chronicle's index. */
final class Place {
    /** Before every record. */
    static final long NONE = -1;

    private static final int SHIFT = 32;

    private Place() {}

    static long of(int segment, int sequence) {
        return ((long) segment << SHIFT) | sequence;
    }

    static int segment(long place) {
        return (int) (place >> SHIFT);
    }

    static int sequence(long place) {
        return (int) place;
    }
}
