package dev.huck.raft.core.session;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;

/** One session: how far its client has come, and the replies from the first unacknowledged one to the last. */
final class ClientState {
    /** Stands for a reply that was too long. */
    static final byte[] NOT_KEPT = {};

    /** Rough cost of a session, and of a reply beside its bytes, so that empty ones are not free. */
    private static final int OVERHEAD = 128;

    private static final int REPLY_OVERHEAD = 32;

    private final long id;
    private final ArrayDeque<byte[]> replies = new ArrayDeque<>();
    private long usedAt;
    private long last;
    private long replyBytes;

    ClientState(long id, long now) {
        this.id = id;
        this.usedAt = now;
    }

    static ClientState of(SessionImage.Row row) {
        ClientState session = new ClientState(row.id(), row.usedAt());
        session.last = row.last() - row.replies().size();
        row.replies().forEach(session::ran);
        return session;
    }

    SessionImage.Row capture() {
        return new SessionImage.Row(id, usedAt, last, List.copyOf(replies));
    }

    void used(long now) {
        usedAt = now;
    }

    long usedAt() {
        return usedAt;
    }

    /** The number of the last command that ran, or of one that will never come. */
    long last() {
        return last;
    }

    /** The lowest number whose reply is kept; the next number if there is none. */
    long firstKept() {
        return last - replies.size() + 1;
    }

    /** What the replies hold in memory, about. */
    long replyBytes() {
        return replyBytes;
    }

    long cost() {
        return OVERHEAD + replyBytes;
    }

    /** The same, counted anew from what is there. */
    long costAnew() {
        long bytes = OVERHEAD;
        for (byte[] reply : replies) {
            bytes += cost(reply);
        }
        return bytes;
    }

    /** Forgets the replies to lower numbers, and does not wait for such numbers any more. */
    void acknowledge(long firstUnanswered) {
        while (!replies.isEmpty() && firstKept() < firstUnanswered) {
            replyBytes -= cost(replies.removeFirst());
        }
        last = Math.max(last, firstUnanswered - 1);
    }

    /** Keeps the reply to the next number. */
    void ran(byte[] reply) {
        replies.addLast(reply);
        replyBytes += cost(reply);
        last++;
    }

    /** The reply to a number from {@link #firstKept} to {@link #last}; nearly always the first or the last. */
    byte[] reply(long sequence) {
        if (sequence == last) {
            return replies.getLast();
        }
        Iterator<byte[]> each = replies.iterator();
        byte[] reply = each.next();
        for (long at = firstKept(); at < sequence; at++) {
            reply = each.next();
        }
        return reply;
    }

    private static long cost(byte[] reply) {
        return (long) REPLY_OVERHEAD + reply.length;
    }
}
