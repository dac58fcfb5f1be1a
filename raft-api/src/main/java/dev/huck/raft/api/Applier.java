package dev.huck.raft.api;

import java.util.function.Consumer;

/**
 * What a {@link Machine} hands its functions to. One call per command; a second throws
 * {@link IllegalStateException}.
 *
 * <p>The methods that take a {@link Command} are the machine's plain path and create nothing per call; those that take
 * two functions are the free form over the same path.
 */
public interface Applier {

    /**
     * Changes replicated data.
     *
     * @param mutate changes the data and returns the result; runs on every node, in log order, on the machine's thread.
     *     A {@link CommandException} out of it is the command's result, the same on every node
     * @param respond writes the reply from the result; runs only where the client is connected, after the command was
     *     applied there, on the machine's thread. An exception out of it costs that client an error, nothing else. The reply
     *     to a command of a client session is made on every node, to be kept for repeats, so it must depend on the result
     *     alone
     * @param <R> the result
     */
    <R> void write(Mutation<R> mutate, Responder<R> respond);

    /**
     * Changes replicated data; the handler changes and replies in one go, into a sink that may lead nowhere.
     *
     * @param handler runs on every node, in log order, on the machine's thread
     * @param command handed to the handler
     */
    void write(WriteHandler handler, Command command);

    /**
     * Reads replicated data at the consistency of the connection or, failing that, of the node.
     *
     * @param query reads the data; must not change it. Runs on the machine's thread once the consistency allows it
     * @param respond writes the reply from what the query returned, on the same thread
     * @param <R> what was read
     */
    <R> void read(Query<R> query, Responder<R> respond);

    /**
     * Reads replicated data; the handler reads and replies in one go.
     *
     * @param handler runs on the machine's thread once the consistency allows it
     * @param command handed to the handler
     */
    void read(ReadHandler handler, Command command);

    /**
     * Answers without replicated data, in the command's place among its connection's replies.
     *
     * @param respond writes the reply
     */
    void reply(Consumer<Reply> respond);
}
