package dev.huck.raft.core.node;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory for what clients wait for, all connections of a node together: their commands until they are answered, and
 * replies that are recorded before their turn. Replies on their way out are the transport's to bound. Any thread.
 */
final class Budget {
    /**
     * This much every connection may hold, whatever the others hold: so that who takes little is served when somebody has
     * used up the budget, and all connections together come to little.
     */
    static final int UNCOUNTED = 4 << 10;

    /** The most that one connection may hold before no more is read from it. */
    static final long LARGEST_SHARE = 16L << 20;

    private final long limit;
    private final AtomicLong held = new AtomicLong();

    /**
     * A budget.
     *
     * @param limit in bytes
     */
    Budget(long limit) {
        this.limit = limit;
    }

    /** @return bytes that all may hold together */
    long limit() {
        return limit;
    }

    /** @return bytes that they hold now, less what is not counted */
    long held() {
        return held.get();
    }

    /** @return bytes that are left; 0 at least */
    long room() {
        return Math.max(0, limit - held.get());
    }

    /** @return bytes that one connection may hold: it takes several to use up the budget */
    long share() {
        return Math.min(LARGEST_SHARE, limit / 4);
    }

    /**
     * Accounts for what one connection holds. Whoever is told that it is too much gives it back by a second call.
     *
     * @param before bytes held before, as given the last time
     * @param now bytes held now; they are counted whatever the answer is
     * @return false when it holds more than before and all together now hold more than they may
     */
    boolean account(long before, long now) {
        return account(before, now, limit);
    }

    /**
     * The same for what can't be refused, because it is itself a refusal, or one of the transport's own answers: an eighth
     * past the limit there is no other way than to disconnect who adds to it.
     *
     * @param before bytes held before, as given the last time
     * @param now bytes held now; they are counted whatever the answer is
     * @return false when it holds more than before and all together now hold an eighth more than they may
     */
    boolean accountAnyway(long before, long now) {
        return account(before, now, limit + limit / 8);
    }

    private boolean account(long before, long now, long most) {
        long counted = Math.max(0, now - UNCOUNTED) - Math.max(0, before - UNCOUNTED);
        return counted == 0 || held.addAndGet(counted) <= most || counted < 0;
    }
}
