package dev.huck.log.lmdb;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/** Directories whose entries survive a power cut. */
final class Directories {
    private Directories() {}

    /** Makes a directory and those above it where they are missing, synced, and gives its real path. */
    static Path create(Path directory) throws IOException {
        return create(directory, Directories::sync);
    }

    /** The same, synced as is said. */
    static Path create(Path directory, Sync sync) throws IOException {
        make(directory.toAbsolutePath(), sync);
        return directory.toRealPath();
    }

    /** What makes the names in a directory survive a power cut. */
    interface Sync {
        void sync(Path directory) throws IOException;
    }

    // An empty one may have been made by a process that died before it synced the name.
    private static void make(Path directory, Sync sync) throws IOException {
        Path parent = directory.getParent();
        if (parent == null || (Files.isDirectory(directory) && !isEmpty(directory))) {
            return;
        }
        make(parent, sync);
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
     * Looks at files that are to be opened, because LMDB says that a permission is missing but not on which of them.
     *
     * @throws IOException when one is there that can't be read and written
     */
    static void checkUsable(Path directory, String... names) throws IOException {
        for (String name : names) {
            Path file = directory.resolve(name);
            if (Files.exists(file) && !(Files.isReadable(file) && Files.isWritable(file))) {
                throw new IOException(file + " can't be read and written by the user '"
                        + System.getProperty("user.name") + "': change its owner or its mode");
            }
        }
    }

    /** Makes the names in a directory survive a power cut. */
    static void sync(Path directory) throws IOException {
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
}
