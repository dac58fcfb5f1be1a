package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** A client that reads nothing of what it is sent, and says what was written to it and all others but not yet flushed. */
final class MeteredConnection extends TestConnection {
    /** What waits for a flush, of all that share this. */
    static final class Meter {
        private long waiting;
        /** The most at any time. */
        long most;

        private void add(long bytes) {
            waiting += bytes;
            most = Math.max(most, waiting);
        }
    }

    private static final class Sink extends TextSink {
        private final Meter meter;
        private long waiting;

        Sink(Meter meter) {
            super(false);
            this.meter = meter;
        }

        private void look() {
            meter.add(text.length() - waiting);
            waiting = text.length();
        }

        @Override
        public void bulk(byte[] bytes, int offset, int length) {
            super.bulk(bytes, offset, length);
            look();
        }

        @Override
        public void rewind(int mark) {
            assertTrue(mark <= text.length(), "taken back what has left");
            super.rewind(mark);
            look();
        }
    }

    private final Sink sink;

    MeteredConnection(Meter meter) {
        this(new Sink(meter));
    }

    private MeteredConnection(Sink sink) {
        super(sink);
        this.sink = sink;
    }

    @Override
    public void flush() {
        flushes++;
        sink.text.setLength(0);
        sink.look();
    }
}
