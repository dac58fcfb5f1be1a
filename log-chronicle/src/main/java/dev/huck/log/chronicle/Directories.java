package dev.huck.log.chronicle;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Directories whose entries survive a power cut. */
final class Directories {
    private Directories() {}

    /** Makes a directory and those above it where they are missing, synced, and gives its real path. */
    static Path create(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath();
        if (!Files.isDirectory(absolute)) {
            Path existing = existingAncestor(absolute);
            Files.createDirectories(absolute);
            for (Path made = absolute.getParent(); made != null; made = made.getParent()) {
                sync(made);
                if (made.equals(existing)) {
                    break;
                }
            }
        }
        return absolute.toRealPath();
    }

    /**
     * Looks at files that are to be opened, because a permission that is missing is reported late, and not by its file.
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
        // An interrupt closes the channel and says nothing about the disk: begin again, and keep it for later.
        boolean interrupted = false;
        try {
            while (!trySync(directory)) {
                interrupted |= Thread.interrupted();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean trySync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
            return true;
        } catch (ClosedByInterruptException e) {
            return false;
        }
    }

    private static @Nullable Path existingAncestor(Path missing) {
        Path path = missing.getParent();
        while (path != null && !Files.isDirectory(path)) {
            path = path.getParent();
        }
        return path;
    }
}
