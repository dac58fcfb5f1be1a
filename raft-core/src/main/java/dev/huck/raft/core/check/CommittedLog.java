package dev.huck.raft.core.check;

import dev.huck.raft.api.spi.LogPosition;
import java.util.Arrays;

/**
 * The entries that are known to be committed, in their order. Held as runs of entries that are of one term and were seen
 * committed in one term, so that its size is that of a history of leaders and not of a log.
 */
public final class CommittedLog {
    private long[] firsts = new long[16];
    private long[] terms = new long[16];
    private long[] committedIn = new long[16];
    private int runs;
    private long base;
    private long last;

    /** @return index of the last one */
    public long last() {
        return last;
    }

    /** @return the entry before the first one that is known */
    public long base() {
        return base;
    }

    /**
     * The term of a committed entry.
     *
     * @param index the entry, behind {@link #base} and up to {@link #last}
     * @return its term
     */
    public long term(long index) {
        int run = runs - 1;
        while (firsts[run] > index) { // What is asked for is nearly always in one of the last runs.
            run--;
        }
        return terms[run];
    }

    /**
     * The last entry that was committed in an earlier term.
     *
     * @param term the term
     * @return the index of the last entry that was committed before any node in this term or a later one did so
     */
    public long lastCommittedBefore(long term) {
        int run = runs - 1;
        while (run >= 0 && committedIn[run] >= term) {
            run--;
        }
        return run < 0 ? base : run == runs - 1 ? last : firsts[run + 1] - 1;
    }

    /**
     * Forgets what was given up because all copies of it are gone.
     *
     * @param through the last entry that stays
     */
    public void truncate(long through) {
        last = Math.min(last, through);
        while (runs > 0 && firsts[runs - 1] > last) {
            runs--;
        }
    }

    /**
     * The next entry is committed.
     *
     * @param term its term
     * @param inTerm the term of who commits it
     */
    public void add(long term, long inTerm) {
        last++;
        if (runs > 0 && terms[runs - 1] == term && committedIn[runs - 1] == inTerm) {
            return;
        }
        if (runs == firsts.length) {
            firsts = Arrays.copyOf(firsts, 2 * runs);
            terms = Arrays.copyOf(terms, 2 * runs);
            committedIn = Arrays.copyOf(committedIn, 2 * runs);
        }
        firsts[runs] = last;
        terms[runs] = term;
        committedIn[runs] = inTerm;
        runs++;
    }

    /**
     * Begins anew behind a snapshot: others have committed what it stands for.
     *
     * @param snapshot its position
     */
    void restart(LogPosition snapshot) {
        runs = 0;
        base = snapshot.index();
        last = snapshot.index();
    }
}
