package dev.huck.example.clone;

import java.util.Arrays;

/**
 * Redis's glob patterns over bytes: {@code *} any number of bytes, {@code ?} one, {@code [a-c]} one of these,
 * {@code [^x]} one but these, {@code \} the next byte as it is. Its corners are Redis's too: a class that is not closed
 * ends with the pattern, a range may be written backwards, and bytes are compared as signed.
 */
final class Glob {
    private final byte[] pattern;
    private final boolean ignoreCase;

    Glob(byte[] pattern) {
        this(pattern, false);
    }

    Glob(byte[] pattern, boolean ignoreCase) {
        this.pattern = pattern;
        this.ignoreCase = ignoreCase;
    }

    /** What every match begins with. */
    byte[] prefix() {
        int end = 0;
        while (end < pattern.length && "*?[\\".indexOf(pattern[end]) < 0) {
            end++;
        }
        return Arrays.copyOf(pattern, end);
    }

    /**
     * Whether a text matches as a whole. Takes at most pattern times text steps: only the last star ever has to try again,
     * as what lies before it has found its leftmost place.
     */
    boolean matches(byte[] text) {
        if (text.length == 0) {
            return pattern.length == 0; // Redis: not even two stars match nothing; KEYS knows one star by itself
        }
        int at = 0;
        int star = -1;
        int retry = 0;
        int next = 0;
        while (next < text.length) {
            if (at < pattern.length && pattern[at] == '*') {
                at = skipStars(at);
                if (at == pattern.length) {
                    return true;
                }
                star = at;
                retry = next;
                continue;
            }
            int after = at < pattern.length ? matchOne(at, text[next]) : -1;
            if (after >= 0) {
                at = after;
                next++;
            } else if (star >= 0) {
                at = star;
                next = ++retry;
            } else {
                return false;
            }
        }
        return skipStars(at) == pattern.length;
    }

    private int skipStars(int from) {
        int at = from;
        while (at < pattern.length && pattern[at] == '*') {
            at++;
        }
        return at;
    }

    /** Matches one byte and returns the place in the pattern behind what matched it, or -1. */
    private int matchOne(int at, byte one) {
        return switch (pattern[at]) {
            case '?' -> at + 1;
            case '[' -> matchClass(at + 1, one);
            case '\\' -> matchLiteral(at + 1 < pattern.length ? at + 1 : at, one);
            default -> matchLiteral(at, one);
        };
    }

    private int matchLiteral(int at, byte one) {
        return same(pattern[at], one) ? at + 1 : -1;
    }

    private int matchClass(int from, byte one) {
        int at = from;
        boolean negated = at < pattern.length && pattern[at] == '^';
        if (negated) {
            at++;
        }
        boolean found = false;
        while (at < pattern.length && pattern[at] != ']') {
            if (pattern[at] == '\\' && at + 1 < pattern.length) {
                found |= pattern[at + 1] == one;
                at += 2;
            } else if (at + 2 < pattern.length && pattern[at + 1] == '-') {
                found |= inRange(pattern[at], pattern[at + 2], one);
                at += 3;
            } else {
                found |= same(pattern[at], one);
                at++;
            }
        }
        return found == negated ? -1 : Math.min(at + 1, pattern.length);
    }

    private boolean inRange(byte from, byte to, byte one) {
        byte low = fold((byte) Math.min(from, to));
        byte high = fold((byte) Math.max(from, to));
        byte it = fold(one);
        return it >= low && it <= high;
    }

    private boolean same(byte one, byte other) {
        return fold(one) == fold(other);
    }

    private byte fold(byte one) {
        return ignoreCase && one >= 'A' && one <= 'Z' ? (byte) (one + ('a' - 'A')) : one;
    }
}
