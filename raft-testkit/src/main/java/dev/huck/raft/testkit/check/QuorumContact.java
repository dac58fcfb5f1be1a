package dev.huck.raft.testkit.check;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.check.CoreView;
import dev.huck.raft.core.check.Quorums;
import dev.huck.raft.core.check.Report;
import dev.huck.raft.core.consensus.Configuration;
import java.util.HashMap;
import java.util.Map;

/**
 * A leader that hears no quorum gives way: else, heard by all, it keeps them for ever from electing one that can commit
 * something (dissertation §6.2). One process's.
 */
public final class QuorumContact {
    private final Report report;
    private final long mostNanos;
    private final Map<Long, Long> heard = new HashMap<>();
    private Configuration configuration = Configuration.EMPTY;
    private long term;
    /** Since when it leads this term with these voters, and has not stood still. */
    private long since;

    /**
     * A check.
     *
     * @param report told of violations
     * @param mostNanos so long may a leader go on without a quorum
     */
    public QuorumContact(Report report, long mostNanos) {
        this.report = report;
        this.mostNanos = mostNanos;
    }

    /**
     * A message has arrived.
     *
     * @param store who sent it
     * @param at what it counts from, when it left or when it arrived: nanoseconds of any clock
     */
    public void heard(long store, long at) {
        heard.merge(store, at, Math::max);
    }

    /**
     * The process stood still, and begins anew to listen.
     *
     * @param now nanoseconds of the same clock
     */
    public void stoodStill(long now) {
        since = now;
    }

    /**
     * Looks at the node.
     *
     * @param core the node's core
     * @param now nanoseconds of the same clock
     */
    @SuppressWarnings("ReferenceEquality") // asked after every event; a core changes its configuration by a new one
    public void observe(CoreView core, long now) {
        if (core.role() != Role.LEADER) {
            term = 0;
            return;
        }
        if (core.term() != term || core.configuration() != configuration) {
            term = core.term();
            configuration = core.configuration();
            since = now;
        }
        if (now - since > mostNanos
                && !Quorums.isQuorum(
                        configuration,
                        store -> store == core.storeId() || now - heard.getOrDefault(store, since) <= mostNanos)) {
            report.violated(
                    "a leader without its quorum gives way",
                    "store " + core.storeId() + " leads term " + term + " and has heard no quorum for "
                            + mostNanos / 1_000_000 + " ms");
        }
    }
}
