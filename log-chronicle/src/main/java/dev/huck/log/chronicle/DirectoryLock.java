package dev.huck.log.chronicle;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a directory for one store of one process. Chronicle lets any number of processes append to a queue, and mixes
 * what they write. The lock is the system's: it dies with the process, however that ends.
 */
final class DirectoryLock implements AutoCloseable {
    /** The name of the file. */
    static final String FILE = "LOCK";

    // The system's locks belong to the process, and closing any channel on the file drops them: so look here first.
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel channel;

    private DirectoryLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /** Locks a directory, given by its real path. */
    static DirectoryLock acquire(Path directory) throws IOException {
        if (!HELD.add(directory)) {
            throw new IOException(directory + " is locked: this process has it open already");
        }
        FileChannel channel = null;
        boolean locked = false;
        try {
            channel = FileChannel.open(directory.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                throw new IOException(directory + " is locked by another process");
            }
            locked = true;
            return new DirectoryLock(directory, channel);
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
