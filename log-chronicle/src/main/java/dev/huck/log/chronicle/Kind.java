package dev.huck.log.chronicle;

import org.jspecify.annotations.Nullable;

/** What a record is. */
enum Kind {
    /** The first of a segment: where the log begins and ends before it. */
    SEGMENT(1),
    /** Where the log begins and ends from here on: a truncation, a compaction or a reset. */
    BOUNDS(2),
    /** An entry, or the last part of one. */
    ENTRY(3),
    /** A part of an entry that is too large for one record; more follow. */
    PART(4);

    private static final Kind[] ALL = values();

    private final byte code;

    Kind(int code) {
        this.code = (byte) code;
    }

    /** As it is on disk. */
    byte code() {
        return code;
    }

    /** The kind with a code; null if there is none. */
    static @Nullable Kind of(byte code) {
        return code >= 1 && code <= ALL.length ? ALL[code - 1] : null;
    }
}
