package dev.huck.raft.api;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * A command: a name and its arguments, each a string of bytes. Immutable and safe to share; its elements are slices of
 * one array, so nothing is copied until asked for.
 */
public final class Command {
    private final byte[] bytes;
    private final int[] bounds;
    private final String name;

    /**
     * A command over an array that nobody changes any more.
     *
     * @param bytes holds every element
     * @param bounds start (inclusive) and end (exclusive) of each element, the name's first: two a piece, at least one
     *     element
     */
    public Command(byte[] bytes, int[] bounds) {
        if (bounds.length < 2 || bounds.length % 2 != 0) {
            throw new IllegalArgumentException("a command needs a name: " + bounds.length + " bounds");
        }
        for (int i = 0; i < bounds.length; i += 2) {
            if (bounds[i] < 0 || bounds[i] > bounds[i + 1] || bounds[i + 1] > bytes.length) {
                throw new IllegalArgumentException("element " + i / 2 + " is outside of the array");
            }
        }
        this.bytes = bytes;
        this.bounds = bounds;
        this.name = NameCache.lowerCase(bytes, bounds[0], bounds[1]);
    }

    /**
     * A command from values: {@code byte[]} as it is, anything else as the UTF-8 of its {@code toString()}.
     *
     * @param name the name
     * @param arguments the arguments
     * @return the command
     */
    public static Command of(String name, Object... arguments) {
        byte[][] elements = new byte[arguments.length + 1][];
        elements[0] = name.getBytes(StandardCharsets.UTF_8);
        int length = elements[0].length;
        for (int i = 0; i < arguments.length; i++) {
            Object argument = arguments[i];
            elements[i + 1] =
                    argument instanceof byte[] raw ? raw : argument.toString().getBytes(StandardCharsets.UTF_8);
            length += elements[i + 1].length;
        }
        byte[] bytes = new byte[length];
        int[] bounds = new int[elements.length * 2];
        int at = 0;
        for (int i = 0; i < elements.length; i++) {
            System.arraycopy(elements[i], 0, bytes, at, elements[i].length);
            bounds[2 * i] = at;
            at += elements[i].length;
            bounds[2 * i + 1] = at;
        }
        return new Command(bytes, bounds);
    }

    /**
     * The name in lower case.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * The name as the client typed it.
     *
     * @return the name
     */
    public String typedName() {
        return new String(bytes, bounds[0], bounds[1] - bounds[0], StandardCharsets.UTF_8);
    }

    /**
     * How many arguments follow the name.
     *
     * @return from 0
     */
    public int count() {
        return bounds.length / 2 - 1;
    }

    /**
     * An argument's bytes, copied.
     *
     * @param argument from 0
     * @return a fresh array
     */
    public byte[] bytes(int argument) {
        return Arrays.copyOfRange(bytes, start(argument), end(argument));
    }

    /**
     * An argument's bytes, not copied.
     *
     * @param argument from 0
     * @return a read-only buffer
     */
    public ByteBuffer buffer(int argument) {
        return ByteBuffer.wrap(bytes, start(argument), length(argument)).slice().asReadOnlyBuffer();
    }

    /**
     * An argument's length.
     *
     * @param argument from 0
     * @return bytes
     */
    public int length(int argument) {
        return end(argument) - start(argument);
    }

    /**
     * An argument as UTF-8 text.
     *
     * @param argument from 0
     * @return the text; bytes that are not UTF-8 become replacement characters
     */
    public String string(int argument) {
        return new String(bytes, start(argument), length(argument), StandardCharsets.UTF_8);
    }

    /**
     * An argument as a signed 64-bit decimal number, as strict as Redis: no sign but minus, no leading zeros or spaces.
     *
     * @param argument from 0
     * @return the number
     * @throws CommandException {@code ERR value is not an integer or out of range}
     */
    public long integer(int argument) {
        return Integers.parse(bytes, start(argument), end(argument));
    }

    /**
     * Whether an argument is this word, in any case.
     *
     * @param argument from 0
     * @param word ASCII
     * @return true if it is
     */
    public boolean is(int argument, String word) {
        int start = start(argument);
        if (length(argument) != word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (Character.toLowerCase((char) (bytes[start + i] & 0xff)) != Character.toLowerCase(word.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /**
     * The command whose name is an argument of this one: what a command that carries another one carries. Shares this
     * command's bytes.
     *
     * @param argument from 0: the name
     * @return that argument as the name, those behind it as the arguments
     */
    public Command carried(int argument) {
        return new Command(bytes, Arrays.copyOfRange(bounds, 2 * argument + 2, bounds.length));
    }

    /**
     * Bytes that stay in memory for as long as this command does. Its elements are slices of an array that may hold other
     * commands, too, and that stays whole for the sake of any of them.
     *
     * @return bytes, the array's among them
     */
    public long heldBytes() {
        return ownBytes() + bytes.length;
    }

    /**
     * Of {@link #heldBytes}, those that stay in memory for this command only.
     *
     * @return bytes, without the array's
     */
    public long ownBytes() {
        return 4L * bounds.length + name.length();
    }

    /**
     * Whether the elements of another command are slices of the same array.
     *
     * @param other the other command
     * @return true if they are
     */
    public boolean sharesArrayWith(Command other) {
        return bytes == other.bytes;
    }

    /**
     * Bytes that {@link #encode} writes.
     *
     * @return bytes
     */
    public int encodedLength() {
        int length = 4;
        for (int i = 0; i < bounds.length; i += 2) {
            length += 4 + bounds[i + 1] - bounds[i];
        }
        return length;
    }

    /**
     * Writes the command as it stands in an entry: the number of elements, then each one's length and bytes; numbers are
     * 32-bit, big-endian.
     *
     * @param out has room for {@link #encodedLength} bytes
     */
    public void encode(ByteBuffer out) {
        out.putInt(bounds.length / 2);
        for (int i = 0; i < bounds.length; i += 2) {
            int length = bounds[i + 1] - bounds[i];
            out.putInt(length).put(bytes, bounds[i], length);
        }
    }

    /**
     * Reads what {@link #encode} wrote; the command's elements are slices of the buffer's array.
     *
     * @param in a buffer over an accessible array that nobody changes any more; moved past the command
     * @return the command
     * @throws IllegalArgumentException when the bytes are no command
     */
    public static Command decode(ByteBuffer in) {
        if (in.remaining() < 4) {
            throw new IllegalArgumentException("a command's length is cut off");
        }
        int elements = in.getInt();
        if (elements < 1 || elements > in.remaining() / 4) {
            throw new IllegalArgumentException(
                    "a command of " + elements + " elements in " + in.remaining() + " bytes");
        }
        int[] bounds = new int[2 * elements];
        for (int i = 0; i < bounds.length; i += 2) {
            int length = in.remaining() < 4 ? -1 : in.getInt();
            if (length < 0 || length > in.remaining()) {
                throw new IllegalArgumentException("a command's element " + i / 2 + " is cut off");
            }
            bounds[i] = in.arrayOffset() + in.position();
            bounds[i + 1] = bounds[i] + length;
            in.position(in.position() + length);
        }
        return new Command(in.array(), bounds);
    }

    /**
     * The name and the number of arguments; never their content, which may be secret.
     *
     * @return a text for people
     */
    @Override
    public String toString() {
        return name.toUpperCase(Locale.ROOT) + " with " + count() + " arguments";
    }

    private int start(int argument) {
        return bounds[2 * argument + 2];
    }

    private int end(int argument) {
        return bounds[2 * argument + 3];
    }
}
