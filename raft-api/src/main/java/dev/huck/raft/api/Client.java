package dev.huck.raft.api;

import java.util.concurrent.CompletionStage;

/**
 * A client in the node's own process, with the semantics of one connection: commands take effect in the order in which
 * they were sent, each sees all earlier ones, and errors are results. Safe for use by several threads; the stage is
 * completed on a thread of the node's, so what hangs on it must not block.
 */
public interface Client extends AutoCloseable {

    /**
     * Sends a command.
     *
     * @param name the command's name, in any case
     * @param arguments {@code byte[]} as they are, anything else as text
     * @return completed with the reply; never exceptionally
     */
    default CompletionStage<Result> send(String name, Object... arguments) {
        return send(Command.of(name, arguments));
    }

    /**
     * Sends a command.
     *
     * @param command the command
     * @return completed with the reply; never exceptionally
     */
    CompletionStage<Result> send(Command command);

    /**
     * Sends a command that, if it reads, reads at this consistency.
     *
     * @param consistency for this command alone
     * @param command the command
     * @return completed with the reply; never exceptionally
     */
    default CompletionStage<Result> send(Consistency consistency, Command command) {
        return send(ReadOptions.at(consistency), command);
    }

    /**
     * Sends a command that, if it reads, reads in this way.
     *
     * @param options for this command alone
     * @param command the command
     * @return completed with the reply; never exceptionally
     */
    CompletionStage<Result> send(ReadOptions options, Command command);

    /**
     * How much of the log this client's answers have shown: a write's own index once it is answered, for a read that of the
     * state it saw. Given to another client as {@link ReadOptions#minIndex}, it makes what this one has seen visible there.
     *
     * @return the highest so far; 0 before the first
     */
    long lastIndex();

    /** Ends the connection; commands still under way are answered {@code UNKNOWN} if their outcome is not known. */
    @Override
    void close();
}
