package dev.huck.log.chronicle;

import dev.huck.raft.api.spi.LogPosition;

/**
 * A log between two changes. Readers take one and read from it, whatever happens meanwhile.
 *
 * @param base the base
 * @param last the last entry, or the base
 * @param runs where the entries are; also of some below the base, which are in the run of the first
 */
record LogView(LogPosition base, LogPosition last, Runs runs) {
    static final LogView EMPTY = new LogView(LogPosition.START, LogPosition.START, Runs.NONE);

    // A read begins with the run's first entry: so long is its way at most to the one it wants.
    private static final int RUN_BYTES = 64 << 10;

    /** The place of an entry that is in the log, or of the base. */
    LogPosition position(long index) {
        if (index == base.index()) {
            return base;
        }
        return new LogPosition(index, runs.get(runs.find(index)).term());
    }

    /**
     * With one entry more.
     *
     * @param entry the one behind the last
     * @param segment where it is
     * @param place of its first record in the queue
     * @param offset of that record in the segment's file
     */
    LogView withEntry(LogPosition entry, Segment segment, long place, long offset) {
        boolean continues = false;
        if (runs.size() > 0) {
            Run newest = runs.get(runs.size() - 1);
            continues = newest.segment() == segment
                    && newest.term() == entry.term()
                    && newest.place() + (entry.index() - newest.first()) == place
                    && offset - newest.offset() < RUN_BYTES;
        }
        return new LogView(
                base, entry, continues ? runs : runs.plus(Run.of(entry.index(), entry.term(), segment, place, offset)));
    }

    /** With one entry more, which is not there. */
    LogView withLostEntry(LogPosition entry, String why) {
        return new LogView(base, entry, runs.plus(Run.lost(entry.index(), entry.term(), why)));
    }

    /**
     * With other ends. What the log doesn't have between them is lost.
     *
     * @param why it is lost
     */
    LogView withBounds(LogPosition newBase, LogPosition newLast, String why) {
        Runs kept = runs.beginningAfter(newBase.index(), last.index()).endingAt(newLast.index());
        if (newLast.index() <= newBase.index()) {
            return new LogView(newBase, newBase, Runs.NONE);
        }
        if (kept.size() == 0 || kept.get(0).first() > newBase.index() + 1) {
            Runs all = Runs.NONE.plus(Run.lost(newBase.index() + 1, newLast.term(), why));
            for (int i = 0; i < kept.size(); i++) {
                all = all.plus(kept.get(i));
            }
            kept = all;
        }
        long end = Math.min(last.index(), newLast.index());
        if (end < newLast.index() && !kept.get(kept.size() - 1).isLost()) {
            kept = kept.plus(Run.lost(Math.max(end, newBase.index()) + 1, newLast.term(), why));
        }
        Run newest = kept.get(kept.size() - 1);
        if (!newest.isLost() && newest.term() != newLast.term()) {
            kept = kept.endingAt(newLast.index() - 1).plus(Run.lost(newLast.index(), newLast.term(), why));
        }
        return new LogView(newBase, newLast, kept);
    }
}
