package dev.huck.raft.core.node;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.NodeEvent;
import dev.huck.raft.api.spi.CorruptLogException;
import dev.huck.raft.api.spi.LogStore;
import dev.huck.raft.core.consensus.Loss;
import dev.huck.raft.core.env.Environment;
import dev.huck.raft.core.storage.NodeFile;
import dev.huck.raft.core.storage.NodeRecord;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of a node that starts. A damaged one is set aside, and the node gets everything again from a leader: no damage
 * keeps it from starting as long as it knows who it is. Other errors are not damage, and are the caller's.
 *
 * <p>Each step can be cut short by a crash: that something may be forgotten is on disk before anything goes, and the next
 * start finds either the damaged log again, or none, or an empty one.
 */
final class StartingLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("dev.huck.raft");

    private final Environment environment;
    private final NodeFile file;
    private final Durability level;
    private @Nullable LogStore store;
    private NodeEvent.@Nullable LogSetAside setAside;

    private StartingLog(Environment environment, NodeFile file, Durability level) {
        this.environment = environment;
        this.file = file;
        this.level = level;
    }

    /**
     * Opens the log.
     *
     * @param file says who the node is, and at which level it ran last
     * @param option the level of a node that never ran
     * @throws IOException when it can't be opened and that is no damage, or when it is nobody's
     */
    static StartingLog open(Environment environment, NodeFile file, Durability option) throws IOException {
        NodeRecord record = file.record();
        StartingLog log = new StartingLog(environment, file, record == null ? option : record.lastDurability());
        try {
            log.store = environment.openLog(log.level);
        } catch (CorruptLogException e) {
            log.replace(e);
        }
        return log;
    }

    LogStore store() {
        return Objects.requireNonNull(store);
    }

    /** Who the node is, as it is on disk now. */
    NodeRecord record() {
        return Objects.requireNonNull(file.record());
    }

    /** What was set aside at this start. */
    NodeEvent.@Nullable LogSetAside setAside() {
        return setAside;
    }

    /**
     * Sets the log aside and opens an empty one.
     *
     * @param damage what is wrong with it
     * @throws CorruptLogException the same, of a log that this start has made, or that has no node file beside it
     * @throws IOException when it could not be done; the next start tries again
     */
    void replace(CorruptLogException damage) throws IOException {
        NodeRecord record = file.record();
        if (record == null || setAside != null) {
            throw damage;
        }
        if (record.founded() && record.seen().isEmpty()) {
            throw new HuckException.StorageFailed(
                    "ERR the log of this node is damaged (" + damage.getMessage()
                            + "), and it knows no other node that has it; nothing was changed. Restore the directory from a"
                            + " backup, or empty it to begin anew",
                    damage);
        }
        // Of a node that was never founded nobody has heard anything yet.
        if (record.founded()) {
            file.write(record.withLoss(Loss.CORRUPTION));
        }
        close();
        // Of two in a row the first is the one that has held everything.
        String name = environment.setLogAside(record.loss() == Loss.CORRUPTION);
        String what = String.valueOf(damage.getMessage());
        setAside = new NodeEvent.LogSetAside(name, what);
        LOG.error(
                "the log of this node is damaged and kept as {} ({}): this node gets everything again from a leader, and until"
                        + " then neither votes nor counts",
                name,
                what);
        store = environment.openLog(level);
    }

    /** Syncs. One that fails is remembered, as the next may succeed although nothing of it gets to the disk. */
    void sync() throws IOException {
        try {
            store().sync();
        } catch (CorruptLogException e) {
            throw e;
        } catch (IOException e) {
            untrust();
            throw e;
        }
    }

    private void untrust() {
        NodeRecord record = file.record();
        if (record != null && record.founded()) {
            Loss loss = record.loss() == Loss.NONE ? Loss.POWER : record.loss();
            try {
                file.write(record.withTrusted(NodeRecord.NOTHING).withLoss(loss));
            } catch (IOException | RuntimeException e) {
                LOG.error("that a sync failed could not be written down: {}", e.getMessage());
            }
        }
    }

    /** Closes what is open. Idempotent. */
    @Override
    public void close() throws IOException {
        LogStore open = store;
        store = null;
        if (open != null) {
            open.close();
        }
    }
}
