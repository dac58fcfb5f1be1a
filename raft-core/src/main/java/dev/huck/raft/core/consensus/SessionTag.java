package dev.huck.raft.core.consensus;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What makes a command's retries recognizable (dissertation §6.3). On its way to the log it stands before the command in
 * the client's own words, {@code RAFT SESSION DO session sequence firstUnanswered CMD …}, so that whoever passes the
 * command on passes the tag on; in an entry it is 24 bytes.
 *
 * @param session the session's id
 * @param sequence the command's number in its session, from 1 without gaps
 * @param firstUnanswered the lowest number to which the client has no answer yet: replies below it can be forgotten
 */
public record SessionTag(long session, long sequence, long firstUnanswered) {
    /** The name of the commands that are the engine's own. */
    public static final String ENGINE = "raft";

    static final int BYTES = 24;
    /** Which argument is the name of the command that is carried. */
    private static final int CARRIED = 5;

    /**
     * Whether a command carries another one in a session.
     *
     * @param command as its client sent it
     * @return whether it has a tag, be it one that makes no sense
     */
    public static boolean isOn(Command command) {
        return command.name().equals(ENGINE)
                && command.count() > CARRIED
                && command.is(0, "session")
                && command.is(1, "do");
    }

    /**
     * The tag of a command.
     *
     * @param command one that has a tag
     * @return the tag
     * @throws CommandException when it makes no sense
     */
    public static SessionTag parse(Command command) {
        SessionTag tag = new SessionTag(command.integer(2), command.integer(3), command.integer(4));
        if (tag.firstUnanswered < 1 || tag.firstUnanswered > tag.sequence || tag.sequence == Long.MAX_VALUE) {
            throw new CommandException(
                    "ERR a session's commands are numbered from 1, and the first unanswered one is not"
                            + " behind this one");
        }
        return tag;
    }

    /** The tag of a command; null if it has none that makes sense. */
    static @Nullable SessionTag of(Command command) {
        if (!isOn(command)) {
            return null;
        }
        try {
            return parse(command);
        } catch (CommandException e) {
            // Routing has refused it where it came from; should it get here all the same, applying it does.
            return null;
        }
    }

    /**
     * The command behind the tag.
     *
     * @param command one that has a tag
     * @return shares its bytes
     */
    public static Command carried(Command command) {
        return command.carried(CARRIED);
    }

    void encode(ByteBuffer out) {
        out.putLong(session).putLong(sequence).putLong(firstUnanswered);
    }

    static SessionTag decode(ByteBuffer in) {
        return new SessionTag(in.getLong(), in.getLong(), in.getLong());
    }
}
