package dev.huck.raft.api;

import java.io.IOException;

/**
 * Reads replicated data.
 *
 * @param <R> the result
 */
@FunctionalInterface
public interface Query<R> {

    /**
     * Reads replicated data.
     *
     * @param context the position and time of the state that is read
     * @return what was read
     * @throws CommandException when the command fails
     * @throws IOException when something outside the state failed
     */
    R apply(ReadContext context) throws IOException;
}
