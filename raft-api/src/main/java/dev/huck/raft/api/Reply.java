package dev.huck.raft.api;

import java.nio.charset.StandardCharsets;

/**
 * A sink for one reply in the types of the Redis protocol. Where the client speaks the older version of the protocol
 * (RESP2), the newer types are written as Redis writes them there.
 *
 * <p>A sink never throws and never blocks. An aggregate is its header followed by its elements, each one reply.
 */
public interface Reply {

    /**
     * A short status.
     *
     * @param text without line breaks (they are replaced by spaces)
     */
    void simple(String text);

    /** The status {@code OK}. */
    default void ok() {
        simple("OK");
    }

    /**
     * An error.
     *
     * @param message starts with a code word in capitals, as {@code ERR no such key}; line breaks are replaced by spaces
     */
    void error(String message);

    /**
     * An integer.
     *
     * @param value the value
     */
    void integer(long value);

    /**
     * A string of bytes.
     *
     * @param bytes the array; read before this returns
     * @param offset first byte
     * @param length number of bytes
     */
    void bulk(byte[] bytes, int offset, int length);

    /**
     * A string of bytes.
     *
     * @param bytes the bytes; read before this returns
     */
    default void bulk(byte[] bytes) {
        bulk(bytes, 0, bytes.length);
    }

    /**
     * A text, as UTF-8.
     *
     * @param text the text
     */
    default void text(String text) {
        bulk(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Nothing: the null of RESP3, the null bulk string of RESP2. */
    void nil();

    /** No array: the null of RESP3, the null array of RESP2. */
    void nilArray();

    /**
     * The header of an array.
     *
     * @param size number of elements that follow
     */
    void array(int size);

    /**
     * The header of a map; an array of twice the size in RESP2.
     *
     * @param size number of pairs that follow
     */
    void map(int size);

    /**
     * The header of a set; an array in RESP2.
     *
     * @param size number of elements that follow
     */
    void set(int size);

    /**
     * A floating point number; a bulk string in RESP2.
     *
     * @param value the value
     */
    void decimal(double value);

    /**
     * True or false; 1 or 0 in RESP2.
     *
     * @param value the value
     */
    void bool(boolean value);

    /**
     * A text for people, such as {@code INFO}'s; a bulk string in RESP2.
     *
     * @param text the text
     */
    void verbatim(String text);
}
