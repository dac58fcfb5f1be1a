package dev.huck.raft.api;

import java.io.IOException;

/** Reads replicated data and replies in one go: a row of a {@link CommandTable}. */
@FunctionalInterface
public interface ReadHandler {

    /**
     * Runs the command.
     *
     * @param context position and time of the state that is read
     * @param command the command and its arguments
     * @param reply takes exactly one reply; never throws
     * @throws IOException when something outside the state failed
     */
    void run(ReadContext context, Command command, Reply reply) throws IOException;
}
