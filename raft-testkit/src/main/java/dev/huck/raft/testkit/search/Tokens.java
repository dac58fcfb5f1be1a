package dev.huck.raft.testkit.search;

import java.util.Arrays;

/**
 * A state as a row of numbers. Each has a kind that says what may be done to it without making another state of it: store
 * ids may be exchanged, rounds and sessions only have an order, and some numbers are nobody else's business.
 */
final class Tokens {
    /** A value. */
    static final int PLAIN = 0;
    /** A store id, as the node's number. */
    static final int ID = 1;
    /** A round of the leader of a term. */
    static final int ROUND = 2;
    /** A session with a peer; its term is in it. */
    static final int SESSION = 3;
    /** The number of parts that follow, in no order, each for a store. */
    static final int PARTS = 4;
    /** A part: whose it is, and how many tokens belong to it. */
    static final int PART = 5;
    /** A number of a write: only their order matters, within a node. Gone when a row is finished. */
    static final int WRITE = 6;

    private static final int VALUE_BITS = 44;
    private static final long VALUE_MASK = (1L << VALUE_BITS) - 1;

    private long[] row = new long[256];
    private int size;
    private final long[] writes = new long[64];
    private int writeCount;
    private long first = 0x9E3779B97F4A7C15L;
    private long second = 0xC2B2AE3D27D4EB4FL;

    static int kind(long token) {
        return (int) (token >>> 60);
    }

    /** Whose part, which term's round, whose session. */
    static int about(long token) {
        return (int) (token >>> VALUE_BITS) & 0xFFFF;
    }

    static long value(long token) {
        return token & VALUE_MASK;
    }

    private static long token(int kind, long about, long value) {
        // What does not fit is told apart by a hash of it.
        long kept = (value & ~VALUE_MASK) == 0 ? value : mix(value) >>> (64 - VALUE_BITS);
        return ((long) kind << 60) | ((about & 0xFFFF) << VALUE_BITS) | kept;
    }

    int add(int kind, long about, long value) {
        if (size == row.length) {
            row = Arrays.copyOf(row, 2 * size);
        }
        row[size] = token(kind, about, value);
        return size++;
    }

    /** Something that makes another state of the node, but is not the world's business. */
    void local(long value) {
        first = mix(first ^ value);
        second = mix(second + 31 * value);
    }

    void write(long sequence) {
        writes[writeCount++] = sequence;
        add(WRITE, 0, sequence);
    }

    int size() {
        return size;
    }

    void setLength(int part, int length) {
        row[part] = (row[part] & ~VALUE_MASK) | length;
    }

    /** Ends the row. */
    long[] finish() {
        Arrays.sort(writes, 0, writeCount);
        int distinct = 0;
        for (int i = 0; i < writeCount; i++) {
            if (i == 0 || writes[i] != writes[i - 1]) {
                writes[distinct++] = writes[i];
            }
        }
        for (int i = 0; i < size; i++) {
            if (kind(row[i]) == WRITE) {
                row[i] = token(PLAIN, 0, Arrays.binarySearch(writes, 0, distinct, value(row[i])));
            }
            local(row[i]);
        }
        return Arrays.copyOf(row, size);
    }

    /** What tells this row, with all that is local, from any other; after {@link #finish}. */
    Identity identity() {
        return new Identity(first, second);
    }

    record Identity(long first, long second) {}

    static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
