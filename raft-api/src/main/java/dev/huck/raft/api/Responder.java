package dev.huck.raft.api;

/**
 * Writes the reply to the client that asked, from the result alone.
 *
 * @param <R> the result
 */
@FunctionalInterface
public interface Responder<R> {

    /**
     * Writes exactly one reply.
     *
     * @param reply takes the reply
     * @param result what {@code mutate} or the query returned
     */
    void respond(Reply reply, R result);
}
