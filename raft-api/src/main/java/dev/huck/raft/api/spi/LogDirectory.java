package dev.huck.raft.api.spi;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The directory of a log store that is on disk: made so that its name survives a power cut, and locked for one store of one
 * process. For authors of stores, who all need it, and in the same way.
 *
 * <p><b>Threading.</b> Any thread; an interrupt neither fails nor hides anything, and is kept for the thread's owner.
 */
public final class LogDirectory implements AutoCloseable {
    /** The file that is locked. */
    public static final String LOCK = "LOCK";

    // The system's locks belong to the process, and closing any channel on the file drops them: so look here first.
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel channel;

    private LogDirectory(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /**
     * Makes a directory and those above it, where they are missing. Durable on return, each before the one in it.
     *
     * @param directory may exist
     * @return its real path
     * @throws IOException when it can't be made or vouched for
     */
    public static Path make(Path directory) throws IOException {
        return make(directory, LogDirectory::sync);
    }

    /** The same, synced as is said. */
    static Path make(Path directory, Sync sync) throws IOException {
        makeBelow(directory.toAbsolutePath(), sync);
        return directory.toRealPath();
    }

    /** What makes the names in a directory survive a power cut. */
    interface Sync {
        void sync(Path directory) throws IOException;
    }

    // An empty one may have been made by a process that died before it synced the name.
    private static void makeBelow(Path directory, Sync sync) throws IOException {
        Path parent = directory.getParent();
        if (parent == null || (Files.isDirectory(directory) && !isEmpty(directory))) {
            return;
        }
        makeBelow(parent, sync);
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
        }
        sync.sync(parent);
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.findAny().isEmpty();
        } catch (AccessDeniedException e) {
            return false; // not one of ours
        }
    }

    /**
     * Looks at files before they are opened, since libraries report late that a permission is missing, and not on which.
     *
     * @param directory holds them
     * @param names those that are not there are passed over
     * @throws IOException when one can't be read and written; the message names it, and says what to change
     */
    public static void checkUsable(Path directory, String... names) throws IOException {
        for (String name : names) {
            Path file = directory.resolve(name);
            if (Files.exists(file) && !(Files.isReadable(file) && Files.isWritable(file))) {
                throw new IOException(file + " can't be read and written by the user '"
                        + System.getProperty("user.name") + "': change its owner or its mode");
            }
        }
    }

    /**
     * Locks a directory. The lock is the system's: it dies with the process, however that ends.
     *
     * @param directory by its {@linkplain #make real path}
     * @return to be closed by the store when it is
     * @throws IOException when this or another process has it open already; the message says so
     */
    public static LogDirectory lock(Path directory) throws IOException {
        if (!HELD.add(directory)) {
            throw new IOException(directory + " is locked: this process has it open already");
        }
        FileChannel channel = null;
        boolean locked = false;
        try {
            channel = FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                throw new IOException(directory + " is locked by another process");
            }
            locked = true;
            return new LogDirectory(directory, channel);
        } catch (OverlappingFileLockException e) {
            // A copy of this class, loaded by another loader.
            throw new IOException(directory + " is locked: this process has it open already", e);
        } finally {
            if (!locked) {
                if (channel != null) {
                    channel.close();
                }
                HELD.remove(directory);
            }
        }
    }

    /**
     * Makes the names in a directory survive a power cut.
     *
     * @param directory any
     * @throws IOException when it can't be vouched for; final, never retried
     */
    public static void sync(Path directory) throws IOException {
        sync(directory, channel -> channel.force(true));
    }

    /** The same, by what is given. */
    static void sync(Path directory, Force force) throws IOException {
        boolean interrupted = Thread.interrupted();
        FileChannel channel = open(directory);
        try {
            while (true) {
                // An interrupt closes the channel and may hide what the disk has said. That is told once to each that
                // was open by then: so another is, and asked next.
                FileChannel next = open(directory);
                try {
                    force.force(channel);
                    next.close();
                    return;
                } catch (ClosedByInterruptException e) {
                    interrupted = true;
                    Thread.interrupted();
                    channel = next;
                } catch (IOException | RuntimeException | Error e) {
                    next.close();
                    throw e;
                }
            }
        } finally {
            channel.close();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** A sync of an open directory. */
    interface Force {
        void force(FileChannel directory) throws IOException;
    }

    private static FileChannel open(Path directory) throws IOException {
        return FileChannel.open(directory, StandardOpenOption.READ);
    }

    /**
     * Unlocks it. Idempotent.
     *
     * @throws IOException when the lock's file can't be closed
     */
    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            try {
                channel.close();
            } finally {
                HELD.remove(directory);
            }
        }
    }
}
