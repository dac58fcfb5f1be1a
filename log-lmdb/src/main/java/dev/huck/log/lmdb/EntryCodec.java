package dev.huck.log.lmdb;

import dev.huck.raft.api.spi.CorruptLogException;
import dev.huck.raft.api.spi.LogEntry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * An entry's record. Key: the index, 8 bytes, big-endian, so that LMDB's order of bytes is the order of indexes. Value:
 * format version (1 byte), CRC32C over index, term and payload (4), term (8), payload.
 *
 * <p>Not thread-safe: the writer and each read have their own.
 */
final class EntryCodec {
    private static final int HEADER_BYTES = 1 + Integer.BYTES + Long.BYTES;
    private static final byte FORMAT = 1;

    private final Path file;
    private final ByteBuffer key = ByteBuffer.allocateDirect(Long.BYTES);
    private final ByteBuffer identity = ByteBuffer.allocate(2 * Long.BYTES);
    private final CRC32C crc = new CRC32C();

    /**
     * A codec.
     *
     * @param file to be named in errors
     */
    EntryCodec(Path file) {
        this.file = file;
    }

    /** An index as a key; good until the next call. */
    ByteBuffer key(long index) {
        return key.putLong(0, index).clear();
    }

    /** The index of a key. */
    long index(ByteBuffer storedKey) throws CorruptLogException {
        if (storedKey.remaining() != Long.BYTES) {
            throw new CorruptLogException(file + ": a key of " + storedKey.remaining() + " bytes is not an index", 0);
        }
        return storedKey.getLong(storedKey.position());
    }

    int valueBytes(LogEntry entry) {
        return Math.addExact(HEADER_BYTES, entry.payload().length);
    }

    void encode(LogEntry entry, ByteBuffer value) {
        value.put(FORMAT);
        value.putInt(checksum(entry.index(), entry.term(), entry.payload()));
        value.putLong(entry.term());
        value.put(entry.payload());
    }

    /** The entry with that index, copied out of its value. */
    LogEntry decode(long index, ByteBuffer value) throws CorruptLogException {
        if (value.remaining() < HEADER_BYTES) {
            throw damaged(index, "the record has only " + value.remaining() + " bytes");
        }
        byte format = value.get();
        if (format != FORMAT) {
            // No later version: that would have changed the store's format, which is looked at first.
            throw damaged(index, "record format " + format + " is unknown");
        }
        int stored = value.getInt();
        long term = value.getLong();
        byte[] payload = new byte[value.remaining()];
        value.get(payload);
        int computed = checksum(index, term, payload);
        if (stored != computed) {
            throw damaged(index, "checksum is " + hex(computed) + ", recorded was " + hex(stored));
        }
        return new LogEntry(index, term, payload);
    }

    CorruptLogException damaged(long index, String what) {
        return new CorruptLogException(file + ": entry " + index + ": " + what, index);
    }

    private int checksum(long index, long term, byte[] payload) {
        crc.reset();
        crc.update(identity.putLong(0, index).putLong(Long.BYTES, term).array());
        crc.update(payload);
        return (int) crc.getValue();
    }

    private static String hex(int checksum) {
        return String.format("%08x", checksum);
    }
}
