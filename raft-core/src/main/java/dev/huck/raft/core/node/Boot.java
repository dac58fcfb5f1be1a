package dev.huck.raft.core.node;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.VersionRange;
import dev.huck.raft.api.spi.CorruptLogException;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.api.spi.LogStore;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Entries;
import dev.huck.raft.core.consensus.HardState;
import dev.huck.raft.core.consensus.Limits;
import dev.huck.raft.core.consensus.Loss;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Recovery;
import dev.huck.raft.core.env.Disk;
import dev.huck.raft.core.env.Environment;
import dev.huck.raft.core.storage.Incarnation;
import dev.huck.raft.core.storage.NodeFile;
import dev.huck.raft.core.storage.NodeRecord;
import dev.huck.raft.core.storage.SnapshotFiles.SnapshotInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to the disk before a node takes part: who am I, do log and snapshot meet, is anything missing. Every step
 * can be cut short by a crash and is repeated by the next start.
 */
final class Boot {
    private static final Logger LOG = LoggerFactory.getLogger("dev.huck.raft");

    private Boot() {}

    /** Reads who this node is and what it may have forgotten, or decides it, and makes that durable. */
    static NodeRecord identify(
            Environment environment,
            Options options,
            NodeFile file,
            @Nullable NodeRecord before,
            LogStore store,
            String address)
            throws IOException {
        NodeRecord record = before;
        String boot = environment.bootId();
        if (record == null) {
            if (options.learner() && options.join().isEmpty()) {
                throw new HuckException.StartFailed(
                        "ERR a learner can't found a cluster: say which one it is to join (--join)", null);
            }
            if (options.readmit() && options.join().isEmpty()) {
                throw new HuckException.StartFailed(
                        "ERR this directory is empty, and a node that is to be let in again (--readmit) must be told by whom"
                                + " (--join): it would found another cluster otherwise",
                        null);
            }
            long clusterId = options.join().isPresent() ? 0 : nonZero(environment);
            record = new NodeRecord(
                    clusterId,
                    options.id().orElse(address),
                    nonZero(environment),
                    address,
                    new HardState(clusterId == 0 ? 0 : 1, 0),
                    Incarnation.NONE,
                    true, // of not being there, everybody knows
                    false,
                    true,
                    Loss.NONE,
                    NodeRecord.ALL,
                    boot,
                    options.durability(),
                    Map.of());
        }
        if (options.id().isPresent() && !options.id().get().equals(record.nodeId())) {
            throw new HuckException.StartFailed(
                    "ERR this directory belongs to node '" + record.nodeId() + "', not '"
                            + options.id().get() + "': leave --id out, or choose another directory",
                    null);
        }
        Loss loss = loss(record, boot, store);
        // Or of one that knows nobody: there is nothing that it could count past.
        if (record.heard() || record.seen().isEmpty()) {
            record = record.withIncarnation(new Incarnation(record.incarnation().number() + 1, nonZero(environment)));
        }
        // Synced before anything is acknowledged: this run has not ended cleanly yet. Of a node that recovers, the run
        // of
        // the operating system in which it had not forgotten anything stays, and is replaced when it has recovered.
        record = record.withAddress(address)
                .withLoss(loss)
                .withBootId(loss == Loss.NONE ? boot : record.bootId())
                .withClean(false);
        file.write(record);
        return record;
    }

    /** What this node may have forgotten of what it acknowledged. */
    private static Loss loss(NodeRecord record, String boot, LogStore store) {
        if (record.founded() && store.last().index() == 0 && record.loss() != Loss.CORRUPTION) {
            LOG.error(
                    "the log of this node is gone although its node file is there: it gets all of it again from a leader, and"
                            + " until then neither votes nor counts. If there is no other node that has it, stop this one and"
                            + " restore the log");
            return Loss.CORRUPTION;
        }
        boolean sameBoot = !boot.isEmpty() && boot.equals(record.bootId());
        if (record.loss() == Loss.NONE
                && record.founded()
                && !record.clean()
                && record.lastDurability() != Durability.HIGH
                && !sameBoot) {
            LOG.warn(
                    "the machine stopped while this node ran at durability {}: what it acknowledged in the last moments may be"
                            + " missing here. Until a leader has given that back, this node neither votes nor counts",
                    record.lastDurability());
            return Loss.POWER;
        }
        if (record.loss() != Loss.NONE) {
            LOG.warn("this node has not got back yet what it may have forgotten (by {})", record.loss());
        }
        return record.loss();
    }

    /**
     * After a write or a sync that failed, the operating system may go on to show what is not on disk, and say of it that
     * it is synced. So it is dropped, and what a leader sends in its place is written anew; or all is, if nothing is known.
     */
    static NodeRecord dropUntrusted(NodeRecord record, NodeFile file, StartingLog log) throws IOException {
        if (record.trusted() == NodeRecord.ALL) {
            return record;
        }
        try {
            if (record.trusted() == NodeRecord.NOTHING) {
                writeAnew(log.store());
            } else {
                dropUntrusted(record, log.store());
            }
            log.sync();
        } catch (CorruptLogException e) {
            log.replace(e);
        }
        NodeRecord trusted = log.record().withTrusted(NodeRecord.ALL);
        file.write(trusted);
        return trusted;
    }

    private static void dropUntrusted(NodeRecord record, LogStore store) throws IOException {
        long keep = Math.max(record.trusted(), store.base().index());
        if (store.last().index() > keep) {
            LOG.warn(
                    "a write of this node's log failed before: the entries from {} to {} are dropped, as they may not be on disk",
                    keep + 1,
                    store.last().index());
            store.truncateSuffix(keep + 1);
        }
    }

    /**
     * What the last run had synced can't be told apart from what only the operating system has. A crash in between costs this
     * node its log, and it is marked as one that may have forgotten.
     */
    private static void writeAnew(LogStore store) throws IOException {
        LOG.warn("a sync of this node's log failed at its last start: the log is written anew");
        List<LogEntry> all = new ArrayList<>();
        store.read(store.base().index() + 1, all::add);
        if (!all.isEmpty()) {
            store.truncateSuffix(store.base().index() + 1);
            store.append(all);
        }
    }

    /** Without its log, what else is left of an earlier run is of no use. */
    static void forget(Disk disk) throws IOException {
        for (String snapshot : disk.list("snapshots")) {
            disk.delete(snapshot);
        }
    }

    private static long nonZero(Environment environment) {
        long id = environment.random().nextLong();
        return id == 0 ? 1 : id;
    }

    /** Writes the first entry of a new cluster. */
    static NodeRecord found(NodeRecord record, Options options, NodeFile file, LogStore store, boolean hasSnapshot)
            throws IOException {
        boolean empty = store.last().index() == 0 && !hasSnapshot;
        if (record.founded()) {
            return record;
        }
        if (empty && record.clusterId() != 0 && record.hardState().term() == 1) {
            Configuration first = new Configuration(
                    1,
                    List.of(new Member(
                            record.storeId(),
                            record.nodeId(),
                            record.address(),
                            Member.Voting.VOTER,
                            // The machine's versions are told when there is one.
                            Member.Versions.of(options.protocolMax(), VersionRange.ONE))),
                    OwnSettings.of(options));
            store.append(List.of(new LogEntry(1, 1, Entries.configuration(0, first))));
            store.sync();
            empty = false;
        }
        if (empty) {
            return record; // A newcomer that has not received anything yet.
        }
        NodeRecord founded = record.withFounded(true);
        file.write(founded);
        return founded;
    }

    /**
     * A snapshot is written beside the stream of durable writes, so it may be of a term that a power cut kept from the node
     * file. Nothing was promised in that term then, as every promise waits for it; so it is taken up, with the vote free.
     */
    static NodeRecord raiseTerm(NodeRecord record, NodeFile file, @Nullable SnapshotInfo newest) throws IOException {
        if (newest == null || newest.position().term() <= record.hardState().term()) {
            return record;
        }
        NodeRecord raised = record.withHardState(new HardState(newest.position().term(), 0));
        file.write(raised);
        return raised;
    }

    /** Puts the core together. A log that is damaged, or begins behind what any snapshot covers, is set aside first. */
    static Recovery recover(StartingLog log, @Nullable SnapshotInfo newest, Limits limits) throws IOException {
        try {
            return load(log, newest, limits);
        } catch (CorruptLogException e) {
            log.replace(e);
            return load(log, newest, limits);
        }
    }

    private static Recovery load(StartingLog log, @Nullable SnapshotInfo newest, Limits limits) throws IOException {
        NodeRecord record = log.record();
        LogStore store = log.store();
        // A process that was killed may have written without syncing, and what is loaded here counts as durable.
        log.sync();
        LogPosition snapshot = newest == null ? LogPosition.START : newest.position();
        long[] termAtSnapshot = {snapshot.equals(store.base()) ? snapshot.term() : 0};
        if (snapshot.index() > store.base().index()) {
            store.read(snapshot.index(), entry -> {
                termAtSnapshot[0] = entry.term();
                return false;
            });
        }
        switch (Recovery.decide(store.base(), store.last(), termAtSnapshot[0], snapshot)) {
            case USE -> {}
            case RESET_LOG -> {
                store.reset(snapshot);
                log.sync();
            }
            case GAP ->
                throw new CorruptLogException(
                        "the log begins behind " + store.base().index()
                                + " but the newest readable snapshot covers only "
                                + snapshot.index(),
                        0);
        }
        Recovery recovery = new Recovery(
                record.storeId(),
                record.hardState(),
                snapshot,
                newest == null ? Configuration.EMPTY : newest.configuration(),
                newest == null ? 0 : newest.stamp(),
                store.base(),
                limits);
        recovery.recovering(record.loss());
        long entries = store.read(store.base().index() + 1, entry -> {
            recovery.load(entry);
            return true;
        });
        long expected = store.last().index() - store.base().index();
        if (entries != expected) {
            throw new CorruptLogException(
                    "of " + expected + " entries behind " + store.base().index() + " only " + entries + " can be read",
                    0);
        }
        return recovery;
    }
}
