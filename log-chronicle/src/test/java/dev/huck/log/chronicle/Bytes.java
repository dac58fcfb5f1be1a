package dev.huck.log.chronicle;

import java.util.Arrays;

/** Damages bytes. */
final class Bytes {
    private Bytes() {}

    /** Flips one bit in each place where the pattern is; says how many there were. */
    static int flipAll(byte[] bytes, byte[] pattern) {
        int found = 0;
        for (int at = 0; at + pattern.length <= bytes.length; at++) {
            if (Arrays.equals(bytes, at, at + pattern.length, pattern, 0, pattern.length)) {
                bytes[at + pattern.length / 2] ^= 0x10;
                found++;
            }
        }
        return found;
    }
}
