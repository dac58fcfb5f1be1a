package dev.huck.raft.core.node;

import dev.huck.raft.api.spi.ClientConnection;
import dev.huck.raft.api.spi.ReplySink;

/** A client that remembers what it was sent. */
class TestConnection implements ClientConnection {
    private final TextSink sink;
    private final StringBuilder received = new StringBuilder();
    boolean reading = true;
    boolean closed;
    int flushes;

    TestConnection(boolean resp3) {
        this(new TextSink(resp3));
    }

    TestConnection(TextSink sink) {
        this.sink = sink;
    }

    /** What has arrived since the last call. */
    String received() {
        String text = received.toString();
        received.setLength(0);
        return text;
    }

    @Override
    public String remote() {
        return "test";
    }

    @Override
    public ReplySink replies() {
        return sink;
    }

    @Override
    public void flush() {
        flushes++;
        received.append(received.isEmpty() || sink.text.isEmpty() ? "" : " ").append(sink.text);
        sink.text.setLength(0);
    }

    @Override
    public void setReading(boolean read) {
        reading = read;
    }

    @Override
    public void close() {
        closed = true;
    }
}
