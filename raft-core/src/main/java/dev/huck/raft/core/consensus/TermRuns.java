package dev.huck.raft.core.consensus;

import java.util.Arrays;

/** The term of every index, kept as runs: terms never decrease along the log, so a log of a million entries has few. */
final class TermRuns {
    private long[] starts = new long[8];
    private long[] terms = new long[8];
    private int size;

    /** Says that entries from here on have this term. */
    void append(long index, long term) {
        if (size > 0 && terms[size - 1] == term) {
            return;
        }
        if (size > 0 && terms[size - 1] > term) {
            throw new AssertionError("term " + term + " at index " + index + " follows term " + terms[size - 1]);
        }
        if (size == starts.length) {
            starts = Arrays.copyOf(starts, size * 2);
            terms = Arrays.copyOf(terms, size * 2);
        }
        starts[size] = index;
        terms[size++] = term;
    }

    /** The term at an index at or behind the first run's start. */
    long at(long index) {
        int low = 0;
        int high = size - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (starts[middle] <= index) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return terms[low];
    }

    /** The last index, at most {@code index}, whose term is at most {@code term}; one before the first if there is none. */
    long lastWithTermAtMost(long index, long term) {
        long end = index;
        for (int i = size - 1; i >= 0; i--) {
            if (starts[i] <= end) {
                if (terms[i] <= term) {
                    return end;
                }
                end = starts[i] - 1;
            }
        }
        return end;
    }

    void truncateSuffix(long from) {
        while (size > 0 && starts[size - 1] >= from) {
            size--;
        }
    }

    /** Forgets what is before an index, which itself stays known. */
    void truncatePrefix(long through) {
        int keep = 0;
        while (keep + 1 < size && starts[keep + 1] <= through) {
            keep++;
        }
        System.arraycopy(starts, keep, starts, 0, size - keep);
        System.arraycopy(terms, keep, terms, 0, size - keep);
        size -= keep;
    }

    void clear() {
        size = 0;
    }
}
