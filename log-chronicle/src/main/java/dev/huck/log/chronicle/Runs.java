package dev.huck.log.chronicle;

import java.util.Arrays;

/**
 * The runs of a log, in order. A value: what is added goes into free places of an array that is shared with those who see
 * fewer of them, or into a new array where the place is taken.
 */
final class Runs {
    static final Runs NONE = new Runs(new Run[0], 0, 0);

    private static final int SMALLEST = 16;

    private final Run[] array;
    private final int from;
    private final int to;

    private Runs(Run[] array, int from, int to) {
        this.array = array;
        this.from = from;
        this.to = to;
    }

    int size() {
        return to - from;
    }

    Run get(int number) {
        return array[from + number];
    }

    /** Adds one at the end. Called by the writer alone. */
    Runs plus(Run run) {
        Run[] target = array;
        int start = from;
        int end = to;
        if (end == target.length || target[end] != null) {
            target = Arrays.copyOf(
                    Arrays.copyOfRange(array, from, to), Math.max(SMALLEST, 2 * size())); // the rest is free
            start = 0;
            end = size();
        }
        target[end] = run;
        return new Runs(target, start, end + 1);
    }

    /** Number of the run that an index is in, which must not be before the first. */
    int find(long index) {
        int low = from;
        int high = to - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (array[middle].first() <= index) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low - from;
    }

    /** Without what lies behind an index. */
    Runs endingAt(long index) {
        int end = to;
        while (end > from && array[end - 1].first() > index) {
            end--;
        }
        return end == to ? this : new Runs(array, from, end);
    }

    /** Without the runs that lie wholly at or before an index; the last run ends with the log. */
    Runs beginningAfter(long index, long last) {
        if (last <= index) {
            return NONE;
        }
        int start = from;
        while (start + 1 < to && array[start + 1].first() <= index + 1) {
            start++;
        }
        return start == from ? this : new Runs(array, start, to);
    }
}
