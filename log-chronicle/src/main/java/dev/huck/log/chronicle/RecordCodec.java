package dev.huck.log.chronicle;

import dev.huck.log.chronicle.RecordHeader.UnknownFormatException;
import dev.huck.raft.api.spi.LogPosition;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A record as bytes, big-endian. The header has a checksum of its own, so that a damaged payload leaves known which entry
 * it was:
 *
 * <pre>
 *  0  CRC32C over the rest of the header
 *  4  format version (1 byte), kind (1), part (2)
 *  8  place in the queue: a record that is found elsewhere is not the one that was written there
 * 16  index
 * 24  term
 * 32  durable: place up to which all was synced
 * 40  length of the payload
 * 44  CRC32C over index, term and payload
 * 48  payload
 * </pre>
 *
 * <p>Not thread-safe: the writer and each read have their own.
 */
final class RecordCodec {
    /** Bytes before the payload. */
    static final int HEADER_BYTES = 48;

    /** Bytes of the payload of a record about bounds. */
    static final int BASE_BYTES = 2 * Long.BYTES;

    /** The version that is written and read. */
    static final byte FORMAT = 1;

    private final ByteBuffer identity = ByteBuffer.allocate(2 * Long.BYTES);
    private final CRC32C crc = new CRC32C();

    /** Writes a header, whose payload's checksum is reckoned here, at the start of an array. */
    void encode(Kind kind, int part, long place, LogPosition position, long durable, byte[] header, Slice payload) {
        ByteBuffer.wrap(header)
                .putInt(0)
                .put(FORMAT)
                .put(kind.code())
                .putShort((short) part)
                .putLong(place)
                .putLong(position.index())
                .putLong(position.term())
                .putLong(durable)
                .putInt(payload.length())
                .putInt(checksum(position.index(), position.term(), payload))
                .putInt(0, headerChecksum(header, 0));
    }

    /** The payload of a record about bounds. */
    static byte[] encodeBase(LogPosition base) {
        return ByteBuffer.allocate(BASE_BYTES)
                .putLong(base.index())
                .putLong(base.term())
                .array();
    }

    static LogPosition decodeBase(Slice payload) {
        ByteBuffer buffer = ByteBuffer.wrap(payload.bytes(), payload.offset(), BASE_BYTES);
        return new LogPosition(buffer.getLong(), buffer.getLong());
    }

    /**
     * Reads a header.
     *
     * @return null if there is none: damaged, or something else
     * @throws UnknownFormatException when it is intact and of another version
     */
    @Nullable
    RecordHeader decode(byte[] bytes, int offset) throws UnknownFormatException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, HEADER_BYTES);
        if (buffer.getInt() != headerChecksum(bytes, offset)) {
            return null;
        }
        byte format = buffer.get();
        if (format != FORMAT) {
            throw new UnknownFormatException(format);
        }
        Kind kind = Kind.of(buffer.get());
        if (kind == null) {
            return null;
        }
        return new RecordHeader(
                kind,
                Short.toUnsignedInt(buffer.getShort()),
                buffer.getLong(),
                buffer.getLong(),
                buffer.getLong(),
                buffer.getLong(),
                buffer.getInt(),
                buffer.getInt());
    }

    /** Reads a header where there may be anything; null if there is none of this version. */
    @Nullable
    RecordHeader decodeKnown(byte[] bytes, int offset) {
        try {
            return decode(bytes, offset);
        } catch (UnknownFormatException e) {
            return null; // by chance
        }
    }

    /** Whether a payload is the one that belongs to a header. */
    boolean matches(RecordHeader header, Slice payload) {
        return checksum(header.index(), header.term(), payload) == header.payloadChecksum();
    }

    private int headerChecksum(byte[] bytes, int offset) {
        crc.reset();
        crc.update(bytes, offset + Integer.BYTES, HEADER_BYTES - Integer.BYTES);
        return (int) crc.getValue();
    }

    private int checksum(long index, long term, Slice payload) {
        crc.reset();
        crc.update(identity.putLong(0, index).putLong(Long.BYTES, term).array());
        crc.update(payload.bytes(), payload.offset(), payload.length());
        return (int) crc.getValue();
    }
}
