package dev.huck.log.lmdb;

import dev.huck.raft.api.spi.CorruptLogException;
import dev.huck.raft.api.spi.LogDirectory;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Remembers in a file of its own how long LMDB's file has been, which never gets shorter. LMDB takes an empty file for a
 * new log, and reads beyond the end of one that was cut off, which kills the process: so its length is looked at first.
 *
 * <p>The length is written down after the commit that reached it, which has synced it: so a power cut never leaves a file
 * that is shorter than what is written here. The first time its name is synced before that, for the same reason. The last
 * step may be missing; then less is noticed.
 *
 * <p>File: format version (1 byte), CRC32C of the length (4), length (8).
 */
final class Extent implements Closeable {
    /** The name of the file. */
    static final String FILE = "extent";

    private static final byte FORMAT = 1;
    private static final int BYTES = 1 + Integer.BYTES + Long.BYTES;

    // Not a FileChannel, which an interrupt of the writing thread would close.
    private final RandomAccessFile file;
    private final Path directory;
    private long length;

    private Extent(Path directory, RandomAccessFile file, long length) {
        this.directory = directory;
        this.file = file;
        this.length = length;
    }

    /** Makes the file, if it is not there: by it a directory is known to hold a log, so it comes before anything else. */
    static void create(Path directory) throws IOException {
        new RandomAccessFile(directory.resolve(FILE).toFile(), "rw").close();
    }

    /**
     * Opens the record, or makes it.
     *
     * @param directory of the store
     * @param data LMDB's file
     * @throws CorruptLogException when LMDB's file is shorter than it has been, or missing
     */
    static Extent open(Path directory, Path data) throws IOException {
        RandomAccessFile file = new RandomAccessFile(directory.resolve(FILE).toFile(), "rw");
        boolean opened = false;
        try {
            byte[] record = new byte[(int) Math.min(BYTES, file.length())];
            file.readFully(record);
            long length = decode(record);
            long found = Files.exists(data) ? Files.size(data) : 0;
            if (found < length) {
                throw new CorruptLogException(
                        data + " is missing or was cut off: it has " + found + " bytes, and had " + length, 0);
            }
            opened = true;
            return new Extent(directory, file, length);
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    /** Takes note of the length of LMDB's file after a commit. */
    void reached(long newLength) throws IOException {
        if (newLength > length) {
            if (length == 0) {
                LogDirectory.sync(directory);
            }
            file.seek(0);
            file.write(encode(newLength));
            length = newLength;
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private static byte[] encode(long length) {
        return ByteBuffer.allocate(BYTES)
                .put(FORMAT)
                .putInt(checksum(length))
                .putLong(length)
                .array();
    }

    /** The length; 0, with which nothing can be noticed, when the record is new, damaged or of another format. */
    private static long decode(byte[] record) {
        if (record.length < BYTES || record[0] != FORMAT) {
            return 0;
        }
        ByteBuffer buffer = ByteBuffer.wrap(record, 1, BYTES - 1);
        int stored = buffer.getInt();
        long length = buffer.getLong();
        return stored == checksum(length) ? length : 0;
    }

    private static int checksum(long length) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, length));
        return (int) crc.getValue();
    }
}
