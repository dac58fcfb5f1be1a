package dev.huck.log.lmdb;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.spi.LogDirectory;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.api.spi.LogStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Cursor;
import org.lmdbjava.GetOp;
import org.lmdbjava.PutFlags;
import org.lmdbjava.Txn;

/**
 * A log in an LMDB environment. A change is one transaction, so a crash leaves the log before or after it. At
 * {@code HIGH} that transaction is synced when the change returns; below, {@link #sync} does it.
 *
 * <p>Dropping from the front moves the base at once. The records go in later changes, some with each, so that none is held
 * up; nobody sees them in the meantime.
 */
final class LmdbLogStore implements LogStore {
    // A transaction's changed pages are kept in memory until it commits.
    private static final long MAX_TRANSACTION_BYTES = 64 << 20;

    // With each change go at least this many records, or twice what it adds, so that deletion catches up.
    private static final int MIN_DELETED = 512;
    private static final int MAX_DELETED = 10_000;

    private final LogDirectory directoryLock;
    private final LmdbEnvironment environment;
    private final Durability durability;
    private final EntryCodec entryCodec;
    private final BaseCodec baseCodec;
    private final Truncations truncations = new Truncations();

    // Changes come from one thread; this is for close(), which may come from another.
    private final ReentrantLock changes = new ReentrantLock();

    private boolean closed;
    private boolean foundSynced;

    // Both ends in one, so that nobody sees the one before a change and then the other after it.
    private volatile StoredLog stored;
    private volatile @Nullable Throwable failure;

    private LmdbLogStore(
            LogDirectory directoryLock, LmdbEnvironment environment, Durability durability, StoredLog stored) {
        this.directoryLock = directoryLock;
        this.environment = environment;
        this.durability = durability;
        this.entryCodec = new EntryCodec(environment.file());
        this.baseCodec = new BaseCodec(environment.file());
        this.stored = stored;
    }

    /**
     * Opens a log, or makes it.
     *
     * @param mapSize bytes of address space to begin with
     */
    static LogStore open(Path directory, Durability durability, long mapSize) throws IOException {
        Path real = LogDirectory.make(directory);
        LogDirectory.checkUsable(
                real, LogDirectory.LOCK, LmdbEnvironment.DATA_FILE, LmdbEnvironment.LOCK_FILE, Extent.FILE);
        Extent.create(real);
        LogDirectory lock = LogDirectory.lock(real);
        try {
            Natives.prepare(real);
            return open(lock, LmdbEnvironment.open(real, durability, mapSize), durability);
        } catch (IOException | RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    static LogStore open(LogDirectory lock, LmdbEnvironment environment, Durability durability) throws IOException {
        try {
            StoredLog stored = StoredLog.loadOrCreate(environment);
            return new LmdbLogStore(lock, environment, durability, stored);
        } catch (IOException | RuntimeException | Error e) {
            environment.close();
            throw e;
        }
    }

    @Override
    public LogPosition base() {
        return stored.base();
    }

    @Override
    public LogPosition last() {
        return stored.last();
    }

    @Override
    public void append(List<LogEntry> entries) throws IOException {
        changes.lock();
        try {
            checkUsable();
            last().checkFollowedBy(entries);
            int from = 0;
            while (from < entries.size()) {
                int to = endOfTransaction(entries, from);
                appendTransaction(entries.subList(from, to));
                from = to;
            }
        } finally {
            changes.unlock();
        }
    }

    private void appendTransaction(List<LogEntry> entries) throws IOException {
        LogEntry newest = entries.get(entries.size() - 1);
        change(transaction -> {
            for (LogEntry entry : entries) {
                ByteBuffer key = entryCodec.key(entry.index());
                int bytes = entryCodec.valueBytes(entry);
                ByteBuffer value = environment.entries().reserve(transaction, key, bytes, PutFlags.MDB_APPEND);
                entryCodec.encode(entry, value);
            }
            return deletePending(transaction, Math.max(MIN_DELETED, 2 * entries.size()))
                    .withLast(new LogPosition(newest.index(), newest.term()));
        });
    }

    private static int endOfTransaction(List<LogEntry> entries, int from) {
        long bytes = 0;
        int to = from;
        while (to < entries.size() && bytes < MAX_TRANSACTION_BYTES) {
            bytes += entries.get(to).cost();
            to++;
        }
        return to;
    }

    @Override
    public void truncateSuffix(long from) throws IOException {
        changes.lock();
        try {
            checkUsable();
            if (from <= base().index()) {
                throw new IllegalArgumentException("can't drop entry " + from + ": the base is " + base().index());
            }
            long count = last().index() - from + 1;
            if (count > 0) {
                truncate(from, transaction -> {
                    LogPosition newLast = position(transaction, from - 1);
                    delete(transaction, from, count);
                    return stored.withLast(newLast);
                });
            }
        } finally {
            changes.unlock();
        }
    }

    @Override
    public void truncatePrefix(long through) throws IOException {
        changes.lock();
        try {
            checkUsable();
            if (through > last().index()) {
                throw new IllegalArgumentException("can't drop entry " + through + ": the last is " + last().index());
            }
            if (through > base().index()) {
                change(transaction -> {
                    LogPosition newBase = position(transaction, through);
                    putBase(transaction, newBase);
                    return stored.withBase(newBase);
                });
            }
        } finally {
            changes.unlock();
        }
    }

    @Override
    public void reset(LogPosition newBase) throws IOException {
        changes.lock();
        try {
            checkUsable();
            truncate(0, transaction -> {
                environment.entries().drop(transaction);
                putBase(transaction, newBase);
                return new StoredLog(newBase, newBase, newBase.index() + 1);
            });
        } finally {
            changes.unlock();
        }
    }

    @Override
    public void sync() throws IOException {
        changes.lock();
        try {
            checkUsable();
            // At HIGH every change that has returned was synced with its commit, and one that wasn't has failed the
            // store. But not what was found, whoever wrote it and at which level: no open vouches for it, since one
            // that
            // fails is tried again, and would then be told that all is well.
            if (!foundSynced || durability != Durability.HIGH) {
                syncEnvironment();
            }
        } finally {
            changes.unlock();
        }
    }

    private void syncEnvironment() throws IOException {
        try {
            environment.sync();
            if (!foundSynced) {
                LogDirectory.sync(environment.directory());
                foundSynced = true;
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
            throw e;
        }
    }

    @Override
    public long read(long from, Predicate<LogEntry> sink) throws IOException {
        return new LogReader(environment, truncations).read(from, sink);
    }

    /** {@inheritDoc} LMDB's file never shrinks: its free pages are part of this, and are used again. */
    @Override
    public long sizeInBytes() {
        return environment.sizeInBytes();
    }

    /** Deletes the records that wait for it, in pieces between which other changes get their turn. The file stays. */
    @Override
    public void shrink() throws IOException {
        boolean more = true;
        while (more) {
            changes.lock();
            try {
                checkUsable();
                if (stored.pending() > 0) {
                    change(transaction -> deletePending(transaction, MAX_DELETED));
                }
                more = stored.pending() > 0;
            } finally {
                changes.unlock();
            }
        }
    }

    @Override
    public void close() throws IOException {
        changes.lock();
        try {
            if (!closed) {
                closed = true;
                try {
                    environment.close();
                } finally {
                    directoryLock.close();
                }
            }
        } finally {
            changes.unlock();
        }
    }

    /** The place of an entry that is in the log, or of the base. */
    private LogPosition position(Txn<ByteBuffer> transaction, long index) throws IOException {
        if (index == base().index()) {
            return base();
        }
        ByteBuffer value = environment.entries().get(transaction, entryCodec.key(index));
        if (value == null) {
            throw entryCodec.damaged(index, "the record is missing");
        }
        return new LogPosition(index, entryCodec.decode(index, value).term());
    }

    private void putBase(Txn<ByteBuffer> transaction, LogPosition newBase) {
        environment.meta().put(transaction, baseCodec.key(), baseCodec.encode(newBase));
    }

    /** Deletes some of the records below the base; returns what is left. */
    private StoredLog deletePending(Txn<ByteBuffer> transaction, int most) throws IOException {
        long first = stored.firstRecord();
        long count = Math.min(stored.pending(), Math.min(most, MAX_DELETED));
        if (count > 0) {
            delete(transaction, first, count);
        }
        return stored.withFirstRecord(first + count);
    }

    private void delete(Txn<ByteBuffer> transaction, long from, long count) throws IOException {
        try (Cursor<ByteBuffer> cursor = environment.entries().openCursor(transaction)) {
            if (!cursor.get(entryCodec.key(from), GetOp.MDB_SET)) {
                throw entryCodec.damaged(from, "the record is missing");
            }
            for (long deleted = 0; deleted < count; deleted++) {
                cursor.delete(); // and moves on to the next
            }
        }
    }

    /** A change that drops entries which a read may have handed over. */
    private void truncate(long from, LmdbEnvironment.Work<StoredLog> work) throws IOException {
        Truncations.Mark mark = truncations.begin(from);
        try {
            change(work);
        } finally {
            truncations.end(mark);
        }
    }

    private void change(LmdbEnvironment.Work<StoredLog> work) throws IOException {
        try {
            stored = environment.write(work);
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
            throw e;
        }
    }

    /** A disk that failed once is not believed again: what the system says after that may be a lie. */
    private void fail(Throwable e) {
        if (failure == null) {
            failure = e;
        }
    }

    private void checkUsable() throws IOException {
        if (closed) {
            throw new IOException("the log " + environment.file() + " is closed");
        }
        Throwable first = failure;
        if (first != null) {
            throw new IOException("the log has failed and takes no more changes: " + first.getMessage(), first);
        }
    }
}
