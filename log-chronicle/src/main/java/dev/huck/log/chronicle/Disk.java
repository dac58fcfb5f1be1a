package dev.huck.log.chronicle;

import dev.huck.raft.api.spi.LogDirectory;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the writer asks of the disk, so that a test can let it fail, or look at what is there. */
interface Disk {
    /** The system's. */
    Disk REAL = new Disk() {};

    /** Told that something was written, which no one is asked for: files are mapped. */
    default void wrote() throws IOException {}

    /** Makes a file's content survive a power cut. */
    default void force(Path path, FileChannel file, boolean metadata) throws IOException {
        file.force(metadata);
    }

    /** The same, where an interrupt came in between, through a descriptor that was open by then and minds none. */
    default void forceAgain(Path path, RandomAccessFile file) throws IOException {
        file.getFD().sync();
    }

    /** Makes the names in a directory survive a power cut. */
    default void syncDirectory(Path directory) throws IOException {
        LogDirectory.sync(directory);
    }

    /** Deletes a file, if it is there. */
    default void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    /** Bytes that are left. */
    default long usableSpace(Path directory) throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }
}
