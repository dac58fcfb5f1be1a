package dev.huck.raft.api;

/** Redis's strict reading of decimal numbers, for values as for arguments. */
public final class Integers {
    private Integers() {}

    /**
     * Reads a signed 64-bit number: no sign but minus, no leading zeros or spaces.
     *
     * @param bytes holds the digits
     * @param start first byte
     * @param end after the last byte
     * @return the number
     * @throws CommandException {@code ERR value is not an integer or out of range}
     */
    public static long parse(byte[] bytes, int start, int end) {
        int at = start;
        boolean negative = at < end && bytes[at] == '-';
        if (negative) {
            at++;
        }
        int digits = end - at;
        if (digits < 1 || digits > 19 || (bytes[at] == '0' && (digits > 1 || negative))) {
            throw notAnInteger();
        }
        // Summed up below zero, where the range is one wider.
        long value = 0;
        for (; at < end; at++) {
            int digit = bytes[at] - '0';
            if (digit < 0 || digit > 9 || value < (Long.MIN_VALUE + digit) / 10) {
                throw notAnInteger();
            }
            value = value * 10 - digit;
        }
        if (!negative && value == Long.MIN_VALUE) {
            throw notAnInteger();
        }
        return negative ? value : -value;
    }

    private static CommandException notAnInteger() {
        return new CommandException("ERR value is not an integer or out of range");
    }
}
