package dev.huck.log.lmdb;

import dev.huck.raft.api.spi.CorruptLogException;
import dev.huck.raft.api.spi.LogPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The record of the base, the only one of the meta database; its format version is the store's. Value: format version (1
 * byte), CRC32C over the rest (4), index (8), term (8).
 *
 * <p>Not thread-safe: the writer and each read have their own.
 */
final class BaseCodec {
    private static final int BYTES = 1 + Integer.BYTES + 2 * Long.BYTES;
    private static final byte FORMAT = 1;

    private final Path file;
    private final ByteBuffer key = ByteBuffer.allocateDirect(4);
    private final ByteBuffer record = ByteBuffer.allocateDirect(BYTES);

    /**
     * A codec.
     *
     * @param file to be named in errors
     */
    BaseCodec(Path file) {
        this.file = file;
        key.put("base".getBytes(StandardCharsets.US_ASCII));
    }

    /** Where the record is. */
    ByteBuffer key() {
        return key.clear();
    }

    /** The record for a base; good until the next call. */
    ByteBuffer encode(LogPosition base) {
        record.clear().put(FORMAT).putInt(0).putLong(base.index()).putLong(base.term());
        return record.putInt(1, checksum(record.flip())).clear();
    }

    LogPosition decode(ByteBuffer value) throws IOException {
        if (value.remaining() == 0) {
            throw new CorruptLogException(file + ": the record of the base is empty", 0);
        }
        if (value.get(0) != FORMAT) {
            throw new IOException(
                    file + ": format " + value.get(0) + " is unknown; this version reads format " + FORMAT);
        }
        if (value.remaining() != BYTES || value.getInt(1) != checksum(value)) {
            throw new CorruptLogException(file + ": the record of the base is damaged", 0);
        }
        return new LogPosition(value.getLong(5), value.getLong(13));
    }

    private static int checksum(ByteBuffer record) {
        CRC32C crc = new CRC32C();
        crc.update(record.slice(5, BYTES - 5));
        return (int) crc.getValue();
    }
}
