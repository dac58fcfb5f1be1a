package dev.huck.raft.api;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** Command names come again and again: a small table saves making the string each time. */
final class NameCache {
    private static final int SIZE = 1024;
    private static final Entry[] ENTRIES = new Entry[SIZE];

    private record Entry(byte[] typed, String lowerCase) {}

    private NameCache() {}

    /** Races are harmless: an entry is immutable and a lost one is made again. */
    static String lowerCase(byte[] bytes, int start, int end) {
        int hash = 1;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + bytes[i];
        }
        int slot = (hash ^ (hash >>> 16)) & (SIZE - 1);
        Entry entry = ENTRIES[slot];
        if (entry != null && Arrays.equals(entry.typed, 0, entry.typed.length, bytes, start, end)) {
            return entry.lowerCase;
        }
        String lowerCase = new String(bytes, start, end - start, StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
        if (end - start <= 64) {
            ENTRIES[slot] = new Entry(Arrays.copyOfRange(bytes, start, end), lowerCase);
        }
        return lowerCase;
    }
}
