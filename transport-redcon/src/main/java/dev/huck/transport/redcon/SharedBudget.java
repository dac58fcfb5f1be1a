package dev.huck.transport.redcon;

import java.util.concurrent.atomic.AtomicLong;

/** Memory that all clients together may hold for one purpose. Any thread. */
final class SharedBudget {
    /**
     * This much every client may hold, whatever the others hold: so that who takes little is served when somebody has used
     * up the budget, and all seats together come to little.
     */
    private static final int UNCOUNTED = 4 << 10;

    private final long limit;
    private final AtomicLong held = new AtomicLong();

    SharedBudget(long limit) {
        this.limit = limit;
    }

    /**
     * Accounts for what one client holds.
     *
     * @param before bytes held before, as given the last time
     * @param now bytes held now; they are counted whatever the answer is
     * @return false when it holds more than before and all together now hold more than they may
     */
    boolean account(long before, long now) {
        long counted = Math.max(0, now - UNCOUNTED) - Math.max(0, before - UNCOUNTED);
        return counted == 0 || held.addAndGet(counted) <= limit || counted < 0;
    }
}
