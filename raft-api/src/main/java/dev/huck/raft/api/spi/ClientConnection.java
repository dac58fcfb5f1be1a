package dev.huck.raft.api.spi;

/** One client's connection as the engine sees it. */
public interface ClientConnection {

    /**
     * Where the client is.
     *
     * @return a text for logs, such as host:port
     */
    String remote();

    /**
     * Takes replies, in order. The engine writes from one thread at a time, with a happens-before between them.
     *
     * @return the same sink at each call
     */
    ReplySink replies();

    /** Sends what was written to {@link #replies} since the last flush. Called by the thread that wrote it; never blocks. */
    void flush();

    /**
     * Stops or resumes reading commands, when too many are under way. Any thread.
     *
     * @param reading whether to read
     */
    void setReading(boolean reading);

    /** Closes the connection once what was flushed has left, or after a second. Any thread. */
    void close();
}
