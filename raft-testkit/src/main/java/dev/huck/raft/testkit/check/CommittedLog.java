package dev.huck.raft.testkit.check;

import java.util.Arrays;

/** The one log of committed entries that all nodes together have shown so far. */
public final class CommittedLog {
    private long[] terms = new long[1024];
    private long[] committedIn = new long[1024];
    private int last;

    /** @return the last committed entry; 0 for none */
    public long last() {
        return last;
    }

    /**
     * An entry's term.
     *
     * @param index the entry, from 1 to {@link #last}
     * @return its term
     */
    public long term(long index) {
        return terms[(int) index];
    }

    /**
     * The newest entry that was committed before a term: every leader of that term must have it.
     *
     * @param term the term
     * @return its index; 0 for none
     */
    public long lastCommittedBefore(long term) {
        int index = last;
        while (index > 0 && committedIn[index] >= term) {
            index--;
        }
        return index;
    }

    /**
     * Gives up the last entries: so many machines lost power at once that nobody has them any more.
     *
     * @param through the last entry that stays
     */
    public void truncate(long through) {
        last = (int) Math.min(last, through);
    }

    void add(long term, long inTerm) {
        last++;
        if (last == terms.length) {
            terms = Arrays.copyOf(terms, 2 * last);
            committedIn = Arrays.copyOf(committedIn, 2 * last);
        }
        terms[last] = term;
        committedIn[last] = inTerm;
    }
}
