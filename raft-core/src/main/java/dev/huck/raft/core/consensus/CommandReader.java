package dev.huck.raft.core.consensus;

import dev.huck.raft.api.Command;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads the commands of an entry one by one. */
public final class CommandReader {
    /** A command of the machine's. */
    static final byte PLAIN = 0;
    /** The same, in a client session. */
    static final byte TAGGED = 1;
    /** A command of the engine's own. */
    static final byte ENGINE = 2;

    private final ByteBuffer in;
    private int left;
    private byte meaning;
    private @Nullable SessionTag tag;
    private @Nullable Command command;

    CommandReader(ByteBuffer in) {
        this.in = in;
        this.left = in.getInt();
    }

    /**
     * Goes on to the next command.
     *
     * @return whether there is one
     * @throws IllegalArgumentException when the entry is none, or of a newer version
     */
    public boolean next() {
        if (left <= 0) {
            return false;
        }
        left--;
        try {
            meaning = in.get();
            if (meaning < PLAIN || meaning > ENGINE) {
                throw new IllegalArgumentException("a command has flags " + meaning + " of a newer version");
            }
            tag = meaning == TAGGED ? SessionTag.decode(in) : null;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("an entry is cut off", e);
        }
        command = Command.decode(in);
        return true;
    }

    /** @return the command at hand, without its tag */
    public Command command() {
        Command present = command;
        if (present == null) {
            throw new IllegalStateException("before the first command");
        }
        return present;
    }

    /** @return the tag of the command at hand; null outside of client sessions */
    public @Nullable SessionTag tag() {
        return tag;
    }

    /** @return whether the command at hand is for the engine, not for the machine */
    public boolean isEngines() {
        return meaning == ENGINE;
    }
}
