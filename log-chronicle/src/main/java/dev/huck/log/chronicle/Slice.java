package dev.huck.log.chronicle;

import java.util.Arrays;

/**
 * A part of an array, which belongs to somebody else.
 *
 * @param bytes the array
 * @param offset of the part
 * @param length of the part
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Slice(byte[] bytes, int offset, int length) {

    static Slice of(byte[] bytes) {
        return new Slice(bytes, 0, bytes.length);
    }

    byte[] copy() {
        return Arrays.copyOfRange(bytes, offset, offset + length);
    }
}
