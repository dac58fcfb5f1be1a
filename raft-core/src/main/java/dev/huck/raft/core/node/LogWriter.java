package dev.huck.raft.core.node;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.spi.CorruptLogException;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.api.spi.LogStore;
import dev.huck.raft.core.consensus.Effect;
import dev.huck.raft.core.consensus.Event;
import dev.huck.raft.core.consensus.HardState;
import dev.huck.raft.core.consensus.Loss;
import dev.huck.raft.core.env.Environment;
import dev.huck.raft.core.env.Stage;
import dev.huck.raft.core.storage.NodeFile;
import dev.huck.raft.core.storage.NodeRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one stream of everything durable: identity, hard state and log, in the order in which the core asked. All writes
 * that wait are written together and synced once. A failed write or sync is final: nothing is reported durable after it.
 */
final class LogWriter {
    private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);
    private static final long MEDIUM_SYNC_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int ITEMS_A_TURN = 1024;

    private final Environment environment;
    private final Metrics metrics;
    private final LogStore store;
    private final NodeFile file;
    private final Consumer<Event> events;
    private final Consumer<Throwable> failed;
    private final Stage stage;
    private final Mailbox<Item> mailbox;
    private final String bootId;
    private NodeRecord record;
    private Durability durability;
    private boolean dead;
    private boolean syncScheduled;
    private long written;
    /** The last entry that is known to be on disk. */
    private long synced;

    private sealed interface Item {}

    private record Write(Effect.Persist persist) implements Item {}

    private record Read(Effect.ReadEntries read) implements Item {}

    private record Change(UnaryOperator<NodeRecord> change, Runnable after) implements Item {}

    private record Level(Durability durability) implements Item {}

    private record EndRecovery() implements Item {}

    private record Task(StoreTask task, Runnable after) implements Item {}

    /** Something else to do with the store, in its place in the stream. */
    @FunctionalInterface
    interface StoreTask {
        void run(LogStore store) throws IOException;
    }

    LogWriter(
            Environment environment,
            LogStore store,
            NodeFile file,
            NodeRecord record,
            Consumer<Event> events,
            Consumer<Throwable> failed,
            Metrics metrics) {
        this.environment = environment;
        this.metrics = metrics;
        this.store = store;
        this.file = file;
        this.record = record;
        this.synced = store.last().index();
        this.durability = record.lastDurability();
        this.bootId = environment.bootId();
        this.events = events;
        this.failed = failed;
        this.stage = environment.stage("log");
        this.mailbox = new Mailbox<>(stage, ITEMS_A_TURN, this::turn);
    }

    void write(Effect.Persist persist) {
        mailbox.post(new Write(persist));
    }

    void read(Effect.ReadEntries read) {
        mailbox.post(new Read(read));
    }

    void changeRecord(UnaryOperator<NodeRecord> change) {
        changeRecord(change, () -> {});
    }

    /** Runs something on the stage of the log once the change is on disk. */
    void changeRecord(UnaryOperator<NodeRecord> change, Runnable after) {
        mailbox.post(new Change(change, after));
    }

    void run(StoreTask task, Runnable after) {
        mailbox.post(new Task(task, after));
    }

    /** The cluster's level, from here on. What was written before is synced, so that no level vouches for another's. */
    void durability(Durability level) {
        mailbox.post(new Level(level));
    }

    /** Syncs all that was written before, and then writes down that this node is not recovering any more. */
    void endRecovery() {
        mailbox.post(new EndRecovery());
    }

    /** Syncs what is written, marks the end as clean and closes; then runs something on this stage. */
    void close(Runnable after) {
        stage.execute(() -> {
            if (!dead) {
                dead = true;
                try {
                    sync();
                    file.write(record.withClean(true));
                } catch (Throwable e) {
                    fail(e);
                }
            }
            closeBoth();
            after.run();
            stage.close();
        });
    }

    /** Whatever becomes of the one, the other is closed too, and the end goes on. */
    private void closeBoth() {
        for (AutoCloseable each : List.of(store, file)) {
            try {
                each.close();
            } catch (Exception e) {
                failed.accept(e);
            }
        }
    }

    private void turn(List<Item> items) {
        if (dead) {
            return;
        }
        List<Runnable> after = new ArrayList<>();
        try {
            long sequence = 0;
            boolean mustSync = false;
            List<LogEntry> entries = new ArrayList<>();
            for (Item item : items) {
                if (item instanceof Write write) {
                    sequence = write.persist.sequence();
                    mustSync |= write.persist.mustSync();
                    apply(write.persist, entries);
                    continue;
                }
                append(entries);
                if (item instanceof Read read) {
                    after.add(read(read));
                } else if (item instanceof Change change) {
                    record = change.change.apply(record);
                    file.write(record);
                    after.add(change.after);
                } else if (item instanceof Level level) {
                    change(level.durability);
                } else if (item instanceof EndRecovery) {
                    sync();
                    record = record.withLoss(Loss.NONE).withBootId(bootId);
                    file.write(record);
                    after.add(() -> events.accept(new Event.Recovered()));
                } else if (item instanceof Task task) {
                    task.task.run(store);
                    after.add(task.after);
                }
            }
            append(entries);
            if (sequence > 0) {
                rememberThatThereWasALog();
                persisted(sequence, mustSync);
            }
        } catch (Throwable e) {
            // An Error too: what was to be written is lost, so nothing after it may count.
            fail(e);
            return;
        }
        after.forEach(Runnable::run);
    }

    private void change(Durability level) throws IOException {
        if (level != durability) {
            sync();
            record = record.withLastDurability(level);
            file.write(record);
            durability = level;
        }
    }

    /**
     * The end. What was not synced may be gone now, although the operating system goes on and shows it to the next start:
     * that one is told, if it still can be. Below HIGH it was acknowledged all the same.
     */
    private void fail(Throwable cause) {
        dead = true;
        if (cause instanceof CorruptLogException damage) {
            failDamaged(damage);
            return;
        }
        boolean failedIo =
                cause instanceof IOException || cause instanceof UncheckedIOException || cause instanceof HuckException;
        if (failedIo) {
            boolean isForgotten = durability != Durability.HIGH && record.loss() == Loss.NONE;
            try {
                file.write(record.withTrusted(synced).withLoss(isForgotten ? Loss.POWER : record.loss()));
            } catch (IOException | RuntimeException e) {
                LOG.error(
                        "that a write failed could not be written down ({}): what this node wrote last may not be on its disk. If"
                                + " the disk fails, do not start the node on it again, but let it in anew with another",
                        e.getMessage());
            }
        }
        failed.accept(cause);
    }

    /** An entry that was durable can't be read now: the next start reads all, see {@link StartingLog}. */
    private void failDamaged(CorruptLogException damage) {
        failed.accept(new HuckException.StorageFailed(
                "ERR the log is damaged (" + damage.getMessage()
                        + "): start this node again; if that finds it damaged too, it gets everything anew from a leader",
                damage));
    }

    /** From the first entry on, an empty log is a loss and not a beginning. */
    private void rememberThatThereWasALog() throws IOException {
        if (!record.founded() && store.last().index() > 0) {
            sync();
            record = record.withFounded(true);
            file.write(record);
        }
    }

    /** In the order of {@link Effect.Persist}; entries of several writes are gathered as long as nothing comes between. */
    private void apply(Effect.Persist persist, List<LogEntry> entries) throws IOException {
        HardState hardState = persist.hardState();
        LogPosition reset = persist.reset();
        if (hardState != null || reset != null || persist.truncateFrom() > 0) {
            append(entries);
        }
        if (hardState != null) {
            record = record.withHardState(hardState);
            file.write(record);
        }
        if (reset != null) {
            synced = Math.min(synced, reset.index());
            store.reset(reset);
        }
        if (persist.truncateFrom() > 0) {
            synced = Math.min(synced, persist.truncateFrom() - 1);
            store.truncateSuffix(persist.truncateFrom());
        }
        entries.addAll(persist.entries());
        if (persist.compactThrough() > 0) {
            append(entries);
            store.truncatePrefix(persist.compactThrough());
        }
    }

    private void sync() throws IOException {
        long from = environment.nanoTime();
        store.sync();
        synced = store.last().index();
        metrics.add("log_syncs", 1);
        metrics.add("log_sync_nanos", environment.nanoTime() - from);
    }

    private void append(List<LogEntry> entries) throws IOException {
        if (!entries.isEmpty()) {
            metrics.add("log_entries_written", entries.size());
            metrics.add(
                    "log_bytes_written",
                    entries.stream().mapToLong(entry -> entry.payload().length).sum());
            store.append(List.copyOf(entries));
            entries.clear();
        }
    }

    private void persisted(long sequence, boolean mustSync) throws IOException {
        written = sequence;
        if (mustSync || durability == Durability.HIGH) {
            sync();
            events.accept(new Event.Synced(sequence));
        } else if (durability == Durability.MEDIUM && !syncScheduled) {
            syncScheduled = true;
            stage.schedule(MEDIUM_SYNC_NANOS, this::syncLater);
        }
        events.accept(new Event.Persisted(sequence));
    }

    private void syncLater() {
        syncScheduled = false;
        if (dead) {
            return;
        }
        try {
            sync();
            events.accept(new Event.Synced(written));
        } catch (Throwable e) {
            fail(e);
        }
    }

    private Runnable read(Read read) throws IOException {
        List<LogEntry> found = new ArrayList<>();
        long[] bytes = new long[1];
        long from = read.read.from();
        if (from > store.base().index()) {
            store.read(from, entry -> {
                found.add(entry);
                bytes[0] += entry.cost();
                return bytes[0] < read.read.maxBytes();
            });
        }
        return () -> events.accept(new Event.EntriesRead(read.read.token(), found));
    }
}
