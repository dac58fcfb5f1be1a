package dev.huck.raft.api.spi;

import dev.huck.raft.api.Command;
import java.util.function.Consumer;

/**
 * One client's ordered stream of commands into the engine. All methods are called by one thread at a time, the
 * connection's; none blocks.
 */
public interface Session {

    /**
     * Takes a command. Its reply comes after those of all earlier ones.
     *
     * @param command the command
     */
    void submit(Command command);

    /**
     * Takes the transport's own answer, in its place among the replies.
     *
     * @param respond writes exactly one reply; runs on this thread or on the engine's
     */
    void reply(Consumer<ReplySink> respond);

    /** Ends a batch: what was submitted since the last one may be worked on together. Called once per read. */
    void flush();

    /** The client is gone. Commands already taken may still take effect. */
    void closed();
}
