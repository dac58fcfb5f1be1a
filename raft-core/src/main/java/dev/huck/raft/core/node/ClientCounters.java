package dev.huck.raft.core.node;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What {@code INFO} tells of clients. */
final class ClientCounters {
    /** Connected now. */
    final AtomicInteger connected = new AtomicInteger();
    /** Connected ever. */
    final LongAdder connections = new LongAdder();
    /** Numbers given to sessions. */
    final AtomicLong numbers = new AtomicLong();
    /** Commands taken. */
    final LongAdder commands = new LongAdder();

    private final long startNanos;
    private long sampleNanos;
    private long sampleCommands;
    private long rate;

    /** Counts from now on. */
    ClientCounters(long nowNanos) {
        startNanos = nowNanos;
    }

    /** Commands per second between the last two samples, which are at least a second apart. */
    synchronized long perSecond(long nowNanos) {
        long since = nowNanos - startNanos;
        long nanos = since - sampleNanos;
        if (nanos >= 1_000_000_000L) {
            long now = commands.sum();
            rate = (long) ((now - sampleCommands) * 1e9 / nanos);
            sampleNanos = since;
            sampleCommands = now;
        }
        return rate;
    }
}
