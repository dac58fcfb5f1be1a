package dev.huck.raft.core.consensus;

import java.nio.ByteBuffer;

/**
 * Bounds of the table of client sessions. They decide what is executed, so they are the cluster's and stand in its
 * configuration: nodes with different ones would come to differ.
 *
 * @param expiryNanos how long a session lives without a command, in the log's own time
 * @param most sessions there may be; one more evicts the one idle the longest
 * @param replyBytes replies that a session may leave unacknowledged before its commands are refused; a longer one is
 *     answered once and not kept
 * @param totalBytes of all sessions together, before those idle the longest are evicted
 */
public record SessionBounds(long expiryNanos, int most, int replyBytes, long totalBytes) {
    /** An hour; 10,000 sessions; 256 KiB; 64 MiB. */
    public static final SessionBounds DEFAULT = new SessionBounds(3_600_000_000_000L, 10_000, 256 << 10, 64L << 20);

    static final int BYTES = 8 + 4 + 4 + 8;

    void encode(ByteBuffer out) {
        out.putLong(expiryNanos).putInt(most).putInt(replyBytes).putLong(totalBytes);
    }

    static SessionBounds decode(ByteBuffer in) {
        return new SessionBounds(in.getLong(), in.getInt(), in.getInt(), in.getLong());
    }
}
