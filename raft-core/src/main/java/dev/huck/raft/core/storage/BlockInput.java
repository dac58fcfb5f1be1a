package dev.huck.raft.core.storage;

import dev.huck.raft.core.env.Disk;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Reads what {@link BlockOutput} wrote. Hands out no byte before the checksum behind it was right. */
final class BlockInput extends InputStream {
    private final Disk.File file;
    private final String name;
    private final SnapshotHeader header;
    private final CRC32C checksum = new CRC32C();
    private final byte[] block = new byte[BlockOutput.LENGTH + BlockOutput.BLOCK + BlockOutput.CHECKSUM];
    private long position;
    private int next;
    private int end;
    private boolean finished;
    private @Nullable CorruptSnapshotException damage;

    /**
     * Reads the header.
     *
     * @param file the file
     * @param name its name, for what is wrong
     */
    BlockInput(Disk.File file, String name) throws IOException {
        this.file = file;
        this.name = name;
        byte[] encoded = SnapshotHeader.read(file, name);
        this.header = SnapshotHeader.decode(encoded, name);
        checksum.update(encoded, 0, encoded.length);
        position = encoded.length;
    }

    SnapshotHeader header() {
        return header;
    }

    @Override
    public int read() throws IOException {
        return hasByte() ? block[next++] & 0xff : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        if (!hasByte()) {
            return -1;
        }
        int part = Math.min(length, end - next);
        System.arraycopy(block, next, bytes, offset, part);
        next += part;
        return part;
    }

    /** Reads on to the end, so that all of the file is known to be right, also what nobody asked for. */
    void verifyRest() throws IOException {
        while (hasByte()) {
            next = end;
        }
    }

    /** Throws again what was found wrong, if a reader swallowed it. */
    void throwDamage() throws CorruptSnapshotException {
        if (damage != null) {
            throw damage;
        }
    }

    private boolean hasByte() throws IOException {
        throwDamage();
        if (next == end && !finished) {
            readBlock();
        }
        return next < end;
    }

    private void readBlock() throws IOException {
        long at = position;
        if (!Files.readFully(file, at, block, 0, BlockOutput.LENGTH)) {
            throw damaged("it is cut off at " + at);
        }
        ByteBuffer bytes = ByteBuffer.wrap(block);
        int length = bytes.getInt(0);
        if (length < 0 || length > BlockOutput.BLOCK) {
            throw damaged("a block of " + length + " bytes at " + at);
        }
        int covered = BlockOutput.LENGTH + length;
        int rest = length + BlockOutput.CHECKSUM;
        if (!Files.readFully(file, at + BlockOutput.LENGTH, block, BlockOutput.LENGTH, rest)) {
            throw damaged("it is cut off in the block at " + at);
        }
        checksum.update(block, 0, covered);
        if (bytes.getInt(covered) != (int) checksum.getValue()) {
            throw damaged("bad checksum of the block at " + at);
        }
        position = at + covered + BlockOutput.CHECKSUM;
        if (length == 0) {
            finished = true;
            if (position != file.length()) {
                throw damaged((file.length() - position) + " bytes behind its end at " + position);
            }
        }
        next = BlockOutput.LENGTH;
        end = covered;
    }

    private CorruptSnapshotException damaged(String wrong) {
        CorruptSnapshotException found = new CorruptSnapshotException(name, wrong);
        damage = found;
        return found;
    }
}
