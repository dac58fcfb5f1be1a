package dev.huck.raft.core.consensus;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import java.util.random.RandomGenerator;

/**
 * Puts a core together from what a node's disk holds: hard state, newest snapshot, then every entry behind the log's base,
 * in order.
 */
public final class Recovery {
    private final long storeId;
    private final HardState hardState;
    private final LogPosition snapshot;
    private final RaftLog log;
    private final Configurations configurations;
    private long stampEnd;
    private Loss loss = Loss.NONE;

    /** What to do about a log and the newest snapshot beside it; exactly one case holds. */
    public enum Decision {
        /** They meet: go on. */
        USE,
        /** The log ends before the snapshot or contradicts it: an installation was cut short. Reset it to the snapshot. */
        RESET_LOG,
        /** Entries between snapshot and log are missing: as if the log were damaged. */
        GAP
    }

    /**
     * Begins.
     *
     * @param storeId this node's store
     * @param hardState term and vote; (0, 0) for a new node
     * @param snapshot what the newest snapshot covers; {@link LogPosition#START} for none
     * @param configuration the newest snapshot's; {@link Configuration#EMPTY} for none
     * @param stamp the newest snapshot's
     * @param base the log's base
     * @param limits the core's bounds
     */
    public Recovery(
            long storeId,
            HardState hardState,
            LogPosition snapshot,
            Configuration configuration,
            long stamp,
            LogPosition base,
            Limits limits) {
        this.storeId = storeId;
        this.hardState = hardState;
        this.snapshot = snapshot;
        this.log = new RaftLog(base, limits.cacheBytes());
        this.configurations = new Configurations(configuration);
        this.stampEnd = stamp;
    }

    /**
     * Decides on a log and the newest snapshot beside it.
     *
     * @param base the log's base
     * @param last the log's last entry
     * @param termAtSnapshot the log's term at the snapshot's index; 0 if it has no entry there
     * @param snapshot what the snapshot covers; {@link LogPosition#START} for none
     * @return what to do
     */
    public static Decision decide(LogPosition base, LogPosition last, long termAtSnapshot, LogPosition snapshot) {
        if (snapshot.index() < base.index()) {
            return Decision.GAP;
        }
        if (snapshot.index() > last.index() || (snapshot.index() > 0 && termAtSnapshot != snapshot.term())) {
            return Decision.RESET_LOG;
        }
        return Decision.USE;
    }

    /**
     * Says that this node may have forgotten what it acknowledged.
     *
     * @param cause why
     */
    public void recovering(Loss cause) {
        loss = cause;
    }

    Loss loss() {
        return loss;
    }

    /**
     * Takes the next entry of the log.
     *
     * @param entry follows the one before
     */
    public void load(LogEntry entry) {
        log.load(entry);
        stampEnd = Math.max(stampEnd, Entries.stampEnd(entry.payload()));
        if (Entries.type(entry.payload()) == Entries.CONFIGURATION) {
            Configuration configuration = Entries.configuration(entry.index(), entry.payload());
            if (configuration.index() > configurations.current().index()) {
                configurations.append(configuration);
            }
        }
    }

    /**
     * Ends.
     *
     * @param limits the core's bounds
     * @param random election timeouts
     * @param now monotonic nanoseconds
     * @return the core
     */
    public Raft start(Limits limits, RandomGenerator random, long now) {
        if (log.last().term() > hardState.term()) {
            throw new AssertionError("the log ends in term " + log.last().term() + " beyond the node's term "
                    + hardState.term() + ": term and vote are lost");
        }
        return new Raft(this, limits, random, now);
    }

    long storeId() {
        return storeId;
    }

    HardState hardState() {
        return hardState;
    }

    LogPosition snapshot() {
        return snapshot;
    }

    RaftLog log() {
        return log;
    }

    Configurations configurations() {
        return configurations;
    }

    long stampEnd() {
        return stampEnd;
    }
}
