package dev.huck.raft.api;

import java.io.IOException;

/** Changes replicated data and replies in one go: a row of a {@link CommandTable}. */
@FunctionalInterface
public interface WriteHandler {

    /**
     * Runs the command. A {@link CommandException} takes back what was written to the reply, not what was changed: check
     * first, then change.
     *
     * @param context position, time and randomness of this command
     * @param command the command and its arguments
     * @param reply takes exactly one reply; may lead nowhere, never throws
     * @throws IOException when something outside the state failed: the state is suspect and the node rebuilds it
     */
    void run(WriteContext context, Command command, Reply reply) throws IOException;
}
