package dev.huck.log.chronicle;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The newest segment's file beside Chronicle's map of it: to sync it, since Chronicle's own sync does not say whether it
 * worked, and to have the disk's space before Chronicle writes to it. A page that can't be kept is an error of the JVM
 * under a map, at some later time; here it is an exception.
 */
final class SegmentFile implements Closeable {
    private static final int PIECE = 1 << 20;
    private static final byte[] ZEROS = new byte[PIECE];

    // What Chronicle may write beside a record: pages of its index.
    private static final int SLACK = 256 << 10;

    private final Path path;
    private final Disk disk;

    // Opened before anything is synced, as a descriptor is told only of errors since then.
    private final RandomAccessFile file;
    private FileChannel channel;
    private long reserved;

    SegmentFile(Path path, Disk disk) throws IOException {
        this.path = path;
        this.disk = disk;
        this.file = new RandomAccessFile(path.toFile(), "rw");
        this.channel = open();
    }

    private FileChannel open() throws IOException {
        return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /**
     * Fills the file with zeros in front of the next record.
     *
     * @param end of what is written
     * @param bytes the record's
     */
    void reserve(long end, int bytes) throws IOException {
        reserved = Math.max(reserved, end);
        while (reserved < end + bytes + SLACK) {
            file.seek(reserved);
            file.write(ZEROS);
            reserved += PIECE;
            disk.wrote();
        }
    }

    /** Drops what lies behind the end: space that was reserved, and what was being written when the process died. */
    void cutOff(long end) throws IOException {
        file.setLength(Math.min(end, file.length()));
        disk.wrote();
    }

    /** Makes the content survive a power cut, on an interrupted thread too. */
    void sync(boolean metadata) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            if (!channel.isOpen()) {
                channel = open();
            }
            disk.force(path, channel, metadata);
        } catch (ClosedByInterruptException e) {
            // Came in between, and may hide what the disk has said. The other descriptor is still to be told.
            interrupted = true;
            disk.forceAgain(path, file);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            file.close();
        }
    }
}
