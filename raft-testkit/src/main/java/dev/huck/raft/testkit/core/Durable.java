package dev.huck.raft.testkit.core;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Effect;
import dev.huck.raft.core.consensus.Entries;
import dev.huck.raft.core.consensus.HardState;
import dev.huck.raft.core.consensus.Loss;
import dev.huck.raft.core.consensus.Recovery;
import java.util.ArrayList;
import java.util.List;

/**
 * What one node's disk holds for good. Never changed: a write makes another one.
 *
 * @param hardState term and vote
 * @param base the place before the log's first entry
 * @param log its entries
 * @param snapshot what the newest snapshot covers
 * @param configuration the newest snapshot's
 * @param loss why the node may have forgotten what it acknowledged
 */
public record Durable(
        HardState hardState,
        LogPosition base,
        List<LogEntry> log,
        LogPosition snapshot,
        Configuration configuration,
        Loss loss) {

    /**
     * A node that begins with an empty log and knows its cluster.
     *
     * @param configuration of the cluster; {@link Configuration#EMPTY} for a node that is yet to learn of it
     * @return its disk
     */
    public static Durable empty(Configuration configuration) {
        return new Durable(
                new HardState(0, 0), LogPosition.START, List.of(), LogPosition.START, configuration, Loss.NONE);
    }

    /** @return the log's last entry */
    public LogPosition last() {
        return log.isEmpty()
                ? base
                : new LogPosition(
                        log.get(log.size() - 1).index(), log.get(log.size() - 1).term());
    }

    /**
     * The term of an entry.
     *
     * @param index any
     * @return the term; 0 if neither the log nor its base tells
     */
    public long termAt(long index) {
        if (index == base.index()) {
            return base.term();
        }
        long at = index - base.index() - 1;
        return at >= 0 && at < log.size() ? log.get((int) at).term() : 0;
    }

    /**
     * Carries out a write.
     *
     * @param write what the core wants written
     * @return the disk after it
     */
    public Durable after(Effect.Persist write) {
        HardState hard = write.hardState() == null ? hardState : write.hardState();
        LogPosition newBase = base;
        List<LogEntry> entries = new ArrayList<>(log);
        if (write.reset() != null) {
            newBase = write.reset();
            entries.clear();
        }
        if (write.truncateFrom() > 0) {
            entries.removeIf(entry -> entry.index() >= write.truncateFrom());
        }
        entries.addAll(write.entries());
        if (write.compactThrough() > newBase.index()) {
            for (LogEntry entry : entries) {
                if (entry.index() == write.compactThrough()) {
                    newBase = new LogPosition(entry.index(), entry.term());
                }
            }
            entries.removeIf(entry -> entry.index() <= write.compactThrough());
        }
        return new Durable(hard, newBase, List.copyOf(entries), snapshot, configuration, loss);
    }

    /**
     * Publishes a snapshot.
     *
     * @param position what it covers
     * @param covered its configuration
     * @return the disk after it
     */
    public Durable withSnapshot(LogPosition position, Configuration covered) {
        return new Durable(hardState, base, log, position, covered, loss);
    }

    /**
     * Marks the node as recovering, or not any more.
     *
     * @param cause why it may have forgotten what it acknowledged
     * @return the disk after it
     */
    public Durable withLoss(Loss cause) {
        return new Durable(hardState, base, log, snapshot, configuration, cause);
    }

    /** @return what a start finds: an installation that was cut short has its log reset */
    public Durable booted() {
        return switch (Recovery.decide(base, last(), termAt(snapshot.index()), snapshot)) {
            case USE -> this;
            case RESET_LOG -> new Durable(hardState, snapshot, List.of(), snapshot, configuration, loss);
            case GAP -> throw new AssertionError("the log begins at " + base + " behind the snapshot " + snapshot);
        };
    }

    /**
     * The configuration that covers an entry.
     *
     * @param index at or behind the snapshot's
     * @return the newest one at or before it
     */
    public Configuration configurationAt(long index) {
        Configuration newest = configuration;
        for (LogEntry entry : log) {
            if (entry.index() <= index && Entries.type(entry.payload()) == Entries.CONFIGURATION) {
                newest = Entries.configuration(entry.index(), entry.payload());
            }
        }
        return newest;
    }
}
