package dev.huck.transport.redcon;

import dev.huck.raft.api.Command;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Splits a line typed by hand into words by Redis's rules: words are separated by blanks; a part in double quotes knows
 * the escapes {@code \n \r \t \b \a \xHH}, and a backslash before anything else stands for that; a part in single quotes
 * knows {@code \'} alone; a closing quote ends its word.
 */
final class InlineSplitter {
    private final byte[] line;
    private final int end;
    private int at;

    /** Words without their quotes and escapes are never longer than the line. */
    private final byte[] words;

    private int length;
    private int[] bounds = new int[16];
    private int filled;

    private InlineSplitter(byte[] bytes, int start, int end) {
        this.line = bytes;
        this.at = start;
        this.end = end;
        this.words = new byte[end - start];
    }

    /**
     * The command on a line.
     *
     * @return null for a line of blanks
     * @throws ProtocolException when a quote is not closed, or is followed by something other than a blank
     */
    static @Nullable Command split(byte[] bytes, int start, int end) throws ProtocolException {
        InlineSplitter splitter = new InlineSplitter(bytes, start, end);
        while (splitter.skipBlanks()) {
            splitter.word();
        }
        return splitter.filled == 0
                ? null
                : new Command(splitter.words, Arrays.copyOf(splitter.bounds, splitter.filled));
    }

    private boolean skipBlanks() {
        while (at < end && isBlank(line[at])) {
            at++;
        }
        return at < end;
    }

    private void word() throws ProtocolException {
        int start = length;
        boolean closed = false;
        while (!closed && at < end && !separates(line[at])) {
            byte next = line[at++];
            if (next == '"') {
                doubleQuoted();
                closed = true;
            } else if (next == '\'') {
                singleQuoted();
                closed = true;
            } else {
                words[length++] = next;
            }
        }
        if (filled == bounds.length) {
            bounds = Arrays.copyOf(bounds, 2 * filled);
        }
        bounds[filled++] = start;
        bounds[filled++] = length;
    }

    private void doubleQuoted() throws ProtocolException {
        while (at < end) {
            byte next = line[at++];
            if (next == '"') {
                closeQuote();
                return;
            }
            if (next == '\\' && at < end) {
                next = escaped();
            }
            words[length++] = next;
        }
        throw unbalanced();
    }

    private byte escaped() {
        byte code = line[at++];
        if (code == 'x' && at + 1 < end && hex(line[at]) >= 0 && hex(line[at + 1]) >= 0) {
            at += 2;
            return (byte) (16 * hex(line[at - 2]) + hex(line[at - 1]));
        }
        return switch (code) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'a' -> 7;
            default -> code;
        };
    }

    private void singleQuoted() throws ProtocolException {
        while (at < end) {
            byte next = line[at++];
            if (next == '\'') {
                closeQuote();
                return;
            }
            if (next == '\\' && at < end && line[at] == '\'') {
                next = line[at++];
            }
            words[length++] = next;
        }
        throw unbalanced();
    }

    private void closeQuote() throws ProtocolException {
        if (at < end && !isBlank(line[at])) {
            throw unbalanced();
        }
    }

    private static ProtocolException unbalanced() {
        return new ProtocolException("unbalanced quotes in request");
    }

    /** What C calls space. */
    private static boolean isBlank(byte b) {
        return b == ' ' || (b >= '\t' && b <= '\r');
    }

    /** What ends a word without quotes: fewer than the blanks between words, as in Redis. */
    private static boolean separates(byte b) {
        return b == ' ' || b == '\t' || b == '\n' || b == '\r';
    }

    private static int hex(byte b) {
        return b < 0 ? -1 : Character.digit(b, 16);
    }
}
