package dev.huck.log.lmdb;

import dev.huck.raft.api.Durability;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Txn;

/**
 * The LMDB environment with its two databases, and transactions that outlive a full map and never an environment that is
 * closed. One thread writes at a time; any number read.
 */
final class LmdbEnvironment implements Closeable {
    /** LMDB's file. */
    static final String DATA_FILE = "data.mdb";

    /** LMDB's other file: who reads, and who writes. */
    static final String LOCK_FILE = "lock.mdb";

    /**
     * Address space for the map, in bytes. It costs nothing until it is used, and the file grows only with its contents;
     * when it is full, it doubles.
     */
    static final long MAP_SIZE = 64L << 30;

    private static final int MAX_READERS = 512;

    private final Env<ByteBuffer> env;
    private final Path directory;
    private final Path file;
    private final Extent extent;
    private final Dbi<ByteBuffer> entries;
    private final Dbi<ByteBuffer> meta;

    // Shared: a transaction is open. Exclusive: the map is moved or taken away, under which no transaction may be open;
    // LMDB itself does not look for readers, which would then read somebody else's memory.
    private final ReentrantReadWriteLock transactions = new ReentrantReadWriteLock();
    private long mapSize;
    private boolean closed;

    /** What is done in a transaction. A write is done again from the start when the map was full. */
    interface Work<T> {
        T in(Txn<ByteBuffer> transaction) throws IOException;
    }

    private LmdbEnvironment(Env<ByteBuffer> env, Path directory, Extent extent, long mapSize) {
        this.env = env;
        this.directory = directory;
        this.file = directory.resolve(DATA_FILE);
        this.extent = extent;
        this.mapSize = mapSize;
        this.entries = env.openDbi("entries", DbiFlags.MDB_CREATE);
        this.meta = env.openDbi("meta", DbiFlags.MDB_CREATE);
    }

    /**
     * Opens the environment, or makes it.
     *
     * @param directory exists and is locked by the caller
     * @param durability at {@code HIGH} a commit is synced. Below, LMDB is told to leave out the second of a commit's two
     *     syncs: a power cut may then undo the last commit, but what is there is never damaged, as it could be if both
     *     were left out
     * @param mapSize bytes of address space to begin with
     */
    static LmdbEnvironment open(Path directory, Durability durability, long mapSize) throws IOException {
        Path file = directory.resolve(DATA_FILE);
        Extent extent = Extent.open(directory, file);
        try {
            return open(directory, file, extent, durability, mapSize);
        } catch (IOException | RuntimeException | Error e) {
            extent.close();
            throw e;
        }
    }

    private static LmdbEnvironment open(Path directory, Path file, Extent extent, Durability durability, long mapSize)
            throws IOException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // lmdbjava and jnr look for their natives and implementations through the thread's loader.
        thread.setContextClassLoader(LmdbEnvironment.class.getClassLoader());
        try {
            Env<ByteBuffer> env = Env.create(DirectBuffers.INSTANCE)
                    .setMapSize(mapSize)
                    .setMaxDbs(2)
                    .setMaxReaders(MAX_READERS)
                    .open(directory.toFile(), flags(durability));
            return wrap(env, directory, extent, mapSize);
        } catch (LmdbException e) {
            throw LmdbFailure.of(file, "opening", e);
        } catch (LinkageError | UnsupportedOperationException e) {
            throw new IOException(
                    "LMDB's native library can't be loaded (if " + directory
                            + " is mounted noexec, set -Dlmdbjava.extract.dir to a directory that is not): " + e,
                    e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static EnvFlags[] flags(Durability durability) {
        return durability == Durability.HIGH
                ? new EnvFlags[] {EnvFlags.MDB_NOTLS}
                : new EnvFlags[] {EnvFlags.MDB_NOTLS, EnvFlags.MDB_NOMETASYNC};
    }

    private static LmdbEnvironment wrap(Env<ByteBuffer> env, Path directory, Extent extent, long mapSize) {
        try {
            return new LmdbEnvironment(env, directory, extent, mapSize);
        } catch (RuntimeException | Error e) {
            env.close();
            throw e;
        }
    }

    Path directory() {
        return directory;
    }

    /** LMDB's file, for messages. */
    Path file() {
        return file;
    }

    /** Entries by index, see {@link EntryCodec}. */
    Dbi<ByteBuffer> entries() {
        return entries;
    }

    /** The base, see {@link BaseCodec}. */
    Dbi<ByteBuffer> meta() {
        return meta;
    }

    /** Reads one state of both databases. Nothing of LMDB's may leave the transaction. */
    <T> T read(Work<T> work) throws IOException {
        transactions.readLock().lock();
        try {
            checkOpen();
            try (Txn<ByteBuffer> transaction = env.txnRead()) {
                return work.in(transaction);
            }
        } catch (LmdbException e) {
            throw LmdbFailure.of(file, "reading", e);
        } finally {
            transactions.readLock().unlock();
        }
    }

    /** Changes both databases, wholly or not at all. */
    <T> T write(Work<T> work) throws IOException {
        while (true) {
            try {
                return tryWrite(work);
            } catch (Env.MapFullException e) {
                grow();
            } catch (LmdbException e) {
                throw LmdbFailure.of(file, "writing", e);
            }
        }
    }

    private <T> T tryWrite(Work<T> work) throws IOException {
        transactions.readLock().lock();
        try {
            checkOpen();
            try (Txn<ByteBuffer> transaction = env.txnWrite()) {
                T result = work.in(transaction);
                transaction.commit();
                extent.reached(Files.size(file));
                return result;
            }
        } finally {
            transactions.readLock().unlock();
        }
    }

    private void grow() throws IOException {
        transactions.writeLock().lock();
        try {
            checkOpen();
            mapSize = Math.multiplyExact(mapSize, 2);
            env.setMapSize(mapSize);
        } catch (ArithmeticException | LmdbException e) {
            throw new IOException("growing the map of " + file + " beyond " + mapSize + " bytes failed: " + e, e);
        } finally {
            transactions.writeLock().unlock();
        }
    }

    /** Syncs every commit so far. */
    void sync() throws IOException {
        transactions.readLock().lock();
        try {
            checkOpen();
            env.sync(true);
        } catch (LmdbException e) {
            throw LmdbFailure.of(file, "syncing", e);
        } finally {
            transactions.readLock().unlock();
        }
    }

    /** Size of the file, free pages included; 0 if there is no telling. */
    long sizeInBytes() {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }

    /** Waits for open transactions. Idempotent. */
    @Override
    public void close() throws IOException {
        transactions.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                env.close();
                extent.close();
            }
        } finally {
            transactions.writeLock().unlock();
        }
    }

    private void checkOpen() throws IOException {
        if (closed) {
            throw new IOException("the log " + file + " is closed");
        }
    }
}
