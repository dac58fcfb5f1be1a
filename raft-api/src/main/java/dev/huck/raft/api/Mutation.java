package dev.huck.raft.api;

import java.io.IOException;

/**
 * Changes replicated data and returns the result from which the reply is written.
 *
 * @param <R> the result
 */
@FunctionalInterface
public interface Mutation<R> {

    /**
     * Changes replicated data and returns the result from which the reply is written.
     *
     * @param context the position, time and randomness of this command
     * @return the result
     * @throws CommandException when the command fails: a result like any other, the same on every node
     * @throws IOException when something outside the state failed: the state is suspect and the node rebuilds it
     */
    R apply(WriteContext context) throws IOException;
}
