package dev.huck.transport.redcon;

/** Decimal numbers as the protocol writes them. */
final class Numbers {
    /** No number: the one value that can't be a length or a count. */
    static final long NONE = Long.MIN_VALUE;

    /** Digits and sign of any long. */
    static final int LONGEST = 20;

    private Numbers() {}

    /** A number as strict as Redis: no sign but minus, no leading zeros, no blanks. {@link #NONE} for anything else. */
    static long parse(byte[] bytes, int start, int end) {
        int at = start;
        boolean negative = at < end && bytes[at] == '-';
        if (negative) {
            at++;
        }
        if (at == end || end - at > LONGEST - 1) {
            return NONE;
        }
        int first = bytes[at] - '0';
        if (first == 0) {
            return end - start == 1 ? 0 : NONE;
        }
        long value = 0;
        for (; at < end; at++) {
            int digit = bytes[at] - '0';
            if (digit < 0 || digit > 9) {
                return NONE;
            }
            // Nineteen digits overflow into the negative, never past it.
            value = 10 * value + digit;
            if (value < 0) {
                return NONE;
            }
        }
        return negative ? -value : value;
    }

    /** Writes a number; returns the place after it. */
    static int write(long value, byte[] out, int at) {
        if (value == Long.MIN_VALUE) {
            byte[] text = Long.toString(value).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            System.arraycopy(text, 0, out, at, text.length);
            return at + text.length;
        }
        int from = at;
        long rest = value;
        if (rest < 0) {
            out[from++] = '-';
            rest = -rest;
        }
        int end = from + digits(rest);
        for (int i = end - 1; i >= from; i--) {
            out[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return end;
    }

    private static int digits(long value) {
        int digits = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        return digits;
    }
}
