package dev.huck.raft.testkit.search;

import java.util.Arrays;

/** Tokens, and their hashes as far as they were asked for: by the nodes' order and by the ranks of what has ranks. */
final class Row {
    final long[] tokens;
    /** Rounds and sessions, as they come. */
    final long[] ranked;

    private long[] keys = new long[8];
    private long[] hashes = new long[8];
    private int known;

    Row(long[] tokens) {
        this.tokens = tokens;
        this.ranked = Arrays.stream(tokens)
                .filter(token -> Tokens.kind(token) == Tokens.ROUND || Tokens.kind(token) == Tokens.SESSION)
                .toArray();
    }

    /** Where the hash for a key is, or belongs. Keys are never 0. */
    int place(long key) {
        int at = (int) (Tokens.mix(key) >>> 40) & (keys.length - 1);
        while (keys[at] != 0 && keys[at] != key) {
            at = (at + 1) & (keys.length - 1);
        }
        return at;
    }

    boolean knows(int place) {
        return keys[place] != 0;
    }

    long hash(int place) {
        return hashes[place];
    }

    void learn(long key, long hash) {
        if (2 * known >= keys.length) {
            long[] oldKeys = keys;
            long[] oldHashes = hashes;
            keys = new long[2 * oldKeys.length];
            hashes = new long[2 * oldKeys.length];
            for (int i = 0; i < oldKeys.length; i++) {
                if (oldKeys[i] != 0) {
                    put(oldKeys[i], oldHashes[i]);
                }
            }
        }
        put(key, hash);
        known++;
    }

    private void put(long key, long hash) {
        int at = place(key);
        keys[at] = key;
        hashes[at] = hash;
    }
}
