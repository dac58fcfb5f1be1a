package dev.huck.raft.core.storage;

import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Entries;
import dev.huck.raft.core.env.Disk;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The front of a snapshot file: magic (8 bytes), format (4), length of the configuration (4), index (8), term (8), stamp
 * (8), the digest (8), the configuration, and the CRC32C of all before it (4).
 *
 * @param position the last entry that the state covers
 * @param configuration in force there
 * @param stamp the replicated time there
 * @param digest over all that was applied up to there
 */
record SnapshotHeader(LogPosition position, Configuration configuration, long stamp, long digest) {
    private static final long MAGIC = 0x4855434b534e4150L; // "HUCKSNAP"
    private static final int FORMAT = 1;
    private static final int MAGIC_FORMAT_LENGTH = 8 + 4 + 4;
    private static final int FIXED = MAGIC_FORMAT_LENGTH + 8 + 8 + 8 + 8;
    private static final int CHECKSUM = 4;
    /** More than any configuration takes: no damaged length makes us allocate more. */
    private static final int MAX_CONFIGURATION = 1 << 20;

    byte[] encode() {
        byte[] encoded = Entries.encode(configuration);
        ByteBuffer out = ByteBuffer.allocate(FIXED + encoded.length + CHECKSUM);
        out.putLong(MAGIC).putInt(FORMAT).putInt(encoded.length);
        out.putLong(position.index())
                .putLong(position.term())
                .putLong(stamp)
                .putLong(digest)
                .put(encoded);
        return out.putInt(checksum(out.array())).array();
    }

    /**
     * Reads the front of a file.
     *
     * @param file the file
     * @param name its name, for what is wrong
     * @return the header as {@link #decode} takes it
     * @throws CorruptSnapshotException when it is damaged
     * @throws IOException when it is of another format, or reading failed
     */
    static byte[] read(Disk.File file, String name) throws IOException {
        byte[] fixed = new byte[FIXED];
        if (!Files.readFully(file, 0, fixed, 0, FIXED)) {
            throw new CorruptSnapshotException(name, "it is cut off within its header");
        }
        ByteBuffer front = ByteBuffer.wrap(fixed);
        if (front.getLong() != MAGIC) {
            throw new CorruptSnapshotException(name, "it does not begin as a snapshot does");
        }
        int format = front.getInt();
        int length = front.getInt();
        if (length < 0 || length > MAX_CONFIGURATION) {
            throw new CorruptSnapshotException(name, "its header claims a configuration of " + length + " bytes");
        }
        byte[] whole = new byte[FIXED + length + CHECKSUM];
        if (!Files.readFully(file, 0, whole, 0, whole.length)) {
            throw new CorruptSnapshotException(name, "it is cut off within its header");
        }
        if (ByteBuffer.wrap(whole).getInt(whole.length - CHECKSUM) != checksum(whole)) {
            throw new CorruptSnapshotException(name, "bad checksum over its header");
        }
        if (format != FORMAT) {
            throw new IOException(
                    "snapshot file " + name + " has format " + format + "; this version of Huck reads " + FORMAT);
        }
        return whole;
    }

    /**
     * Makes sense of what {@link #read} returned.
     *
     * @param encoded the header
     * @param name of its file, for what is wrong
     * @return the header
     * @throws IOException when it makes none
     */
    static SnapshotHeader decode(byte[] encoded, String name) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(encoded).position(MAGIC_FORMAT_LENGTH);
        try {
            LogPosition position = new LogPosition(in.getLong(), in.getLong());
            long stamp = in.getLong();
            long digest = in.getLong();
            return new SnapshotHeader(position, Entries.decodeConfiguration(in), stamp, digest);
        } catch (IllegalArgumentException | IndexOutOfBoundsException | BufferUnderflowException e) {
            // Not damage: the checksum was right. A newer version wrote it, or a fault of ours did.
            throw new IOException("the header of snapshot file " + name + " can't be read: " + e.getMessage(), e);
        }
    }

    private static int checksum(byte[] encoded) {
        CRC32C checksum = new CRC32C();
        checksum.update(encoded, 0, encoded.length - CHECKSUM);
        return (int) checksum.getValue();
    }
}
