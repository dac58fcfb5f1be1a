package dev.huck.log.lmdb;

import org.jspecify.annotations.Nullable;

/**
 * Tells a read that takes several transactions whether entries it has handed over were dropped meanwhile; what follows
 * them now belongs to another history.
 *
 * <p>The truncations are a list without a head: each read holds the last one of when it began, and those before the oldest
 * read are garbage.
 */
final class Truncations {
    private volatile Mark last = new Mark(Long.MAX_VALUE);

    /** A truncation, and those after it. */
    static final class Mark {
        private final long from;
        private volatile @Nullable Mark next;

        private Mark(long from) {
            this.from = from;
        }

        /** Whether a truncation after this one dropped the entry at an index. */
        boolean dropped(long index) {
            for (Mark mark = next; mark != null; mark = mark.next) {
                if (mark.from <= index) {
                    return true;
                }
            }
            return false;
        }
    }

    /** The present, for {@link Mark#dropped}; to be taken before the read's first transaction. */
    Mark now() {
        return last;
    }

    /**
     * Announces a truncation before it is committed, so that nobody sees its outcome without knowing of it. Called by the
     * writer alone, as {@link #end}.
     */
    Mark begin(long from) {
        Mark mark = new Mark(from);
        last.next = mark;
        return mark;
    }

    /** It has been committed, or has failed. Only now: a read that begins before the commit has it still to come. */
    void end(Mark begun) {
        last = begun;
    }
}
