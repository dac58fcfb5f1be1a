package dev.huck.raft.core.node;

import java.util.concurrent.TimeUnit;

/** Spreads bytes over time, so that at most so many a second leave; nothing is saved up while there are none. */
final class Throttle {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final long bytesPerSecond;
    private boolean used;
    private long freeAt;

    /**
     * A throttle.
     *
     * @param bytesPerSecond 0 for as many as there are
     */
    Throttle(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /**
     * Takes bytes that are to leave.
     *
     * @param now monotonic nanoseconds
     * @param bytes how many
     * @return nanoseconds to wait before they may
     */
    long take(long now, long bytes) {
        if (bytesPerSecond == 0) {
            return 0;
        }
        long at = used && freeAt - now > 0 ? freeAt : now;
        used = true;
        freeAt = at + (long) ((double) bytes / bytesPerSecond * SECOND);
        return at - now;
    }
}
