package dev.huck.raft.testkit.search;

import java.util.Arrays;

/** Every world that was met, by its number, with how it was met first. */
final class Visited {
    private long[] table = new long[1 << 16];
    private int[] parents = new int[1 << 12];
    private long[] steps = new long[1 << 12];
    private int size;

    /** Adds a world; false if it is known. The world's place is {@link #size} before. */
    boolean add(long number, int parent, long step) {
        long key = number == 0 ? 1 : number;
        if (2L * size >= table.length) {
            grow();
        }
        if (!insert(table, key)) {
            return false;
        }
        if (size == parents.length) {
            parents = Arrays.copyOf(parents, 2 * size);
            steps = Arrays.copyOf(steps, 2 * size);
        }
        parents[size] = parent;
        steps[size++] = step;
        return true;
    }

    private void grow() {
        long[] larger = new long[2 * table.length];
        for (long key : table) {
            if (key != 0) {
                insert(larger, key);
            }
        }
        table = larger;
    }

    private static boolean insert(long[] into, long key) {
        int at = (int) (key ^ (key >>> 32)) & (into.length - 1);
        while (into[at] != 0) {
            if (into[at] == key) {
                return false;
            }
            at = (at + 1) & (into.length - 1);
        }
        into[at] = key;
        return true;
    }

    int size() {
        return size;
    }

    int parent(int place) {
        return parents[place];
    }

    long step(int place) {
        return steps[place];
    }
}
