package dev.huck.raft.api;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A reply as a value, as the {@link Client} in the process gets it. */
public sealed interface Result {

    /**
     * A short status.
     *
     * @param text the text
     */
    record Simple(String text) implements Result {}

    /**
     * An error.
     *
     * @param message starts with a code word
     */
    @SuppressWarnings("JavaLangClash") // always written Result.Error
    record Error(String message) implements Result {}

    /**
     * An integer.
     *
     * @param value the value
     */
    record Int(long value) implements Result {}

    /**
     * A string of bytes.
     *
     * @param bytes the bytes; not copied
     */
    @SuppressWarnings("ArrayRecordComponent") // equality and text are spelled out below
    record Bulk(byte[] bytes) implements Result {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Bulk bulk && Arrays.equals(bytes, bulk.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return "Bulk[" + asString() + "]";
        }
    }

    /** Nothing. */
    record Nil() implements Result {}

    /**
     * A floating point number.
     *
     * @param value the value
     */
    record Decimal(double value) implements Result {}

    /**
     * True or false.
     *
     * @param value the value
     */
    record Bool(boolean value) implements Result {}

    /**
     * Elements in order: an array, a set, or a map's keys and values in turn.
     *
     * @param elements the elements
     */
    record Array(List<Result> elements) implements Result {
        /** Copies the list. */
        public Array {
            elements = List.copyOf(elements);
        }
    }

    /**
     * Whether this is an error.
     *
     * @return true if it is
     */
    default boolean isError() {
        return this instanceof Error;
    }

    /**
     * This, unless it is an error.
     *
     * @return this
     * @throws CommandException with the error's message
     */
    default Result orThrow() {
        if (this instanceof Error error) {
            throw new CommandException(error.message());
        }
        return this;
    }

    /**
     * The integer.
     *
     * @return the value
     * @throws CommandException when this is an error
     * @throws IllegalStateException when this is anything else but an integer
     */
    default long asLong() {
        if (orThrow() instanceof Int integer) {
            return integer.value();
        }
        throw new IllegalStateException("not an integer: " + this);
    }

    /**
     * The text of a status or of a string of bytes.
     *
     * @return the text
     * @throws CommandException when this is an error
     * @throws IllegalStateException when this is anything else
     */
    default String asString() {
        if (orThrow() instanceof Simple simple) {
            return simple.text();
        }
        if (this instanceof Bulk bulk) {
            return new String(bulk.bytes(), StandardCharsets.UTF_8);
        }
        throw new IllegalStateException("not a text: " + this);
    }
}
