package dev.huck.raft.core.storage;

import dev.huck.raft.core.env.Disk;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The body of a snapshot file, in blocks: length (4 bytes), that many bytes, checksum (4). An empty block ends the file.
 *
 * <p>A checksum covers the file from its front up to there, header included. So a block is right only behind the blocks
 * it was written behind: a transfer that went on with another leader's file of the same position is found out too.
 */
final class BlockOutput extends OutputStream {
    static final int BLOCK = 64 << 10;
    static final int LENGTH = 4;
    static final int CHECKSUM = 4;

    private final Disk.File file;
    private final CRC32C checksum = new CRC32C();
    private final ByteBuffer block = ByteBuffer.allocate(LENGTH + BLOCK + CHECKSUM);
    private long position;

    /**
     * Writes the header.
     *
     * @param file empty
     * @param header stands before the blocks
     */
    BlockOutput(Disk.File file, byte[] header) throws IOException {
        this.file = file;
        file.write(0, header, 0, header.length);
        checksum.update(header, 0, header.length);
        position = header.length;
        begin();
    }

    private void begin() {
        block.clear().position(LENGTH).limit(LENGTH + BLOCK);
    }

    @Override
    public void write(int value) throws IOException {
        if (!block.hasRemaining()) {
            writeBlock();
        }
        block.put((byte) value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            if (!block.hasRemaining()) {
                writeBlock();
            }
            int part = Math.min(length - done, block.remaining());
            block.put(bytes, offset + done, part);
            done += part;
        }
    }

    /**
     * Writes what is left and the end.
     *
     * @return the file's length
     */
    long finish() throws IOException {
        if (block.position() > LENGTH) {
            writeBlock();
        }
        writeBlock();
        return position;
    }

    private void writeBlock() throws IOException {
        int end = block.position();
        block.putInt(0, end - LENGTH);
        checksum.update(block.array(), 0, end);
        block.limit(end + CHECKSUM).putInt((int) checksum.getValue());
        file.write(position, block.array(), 0, block.position());
        position += block.position();
        begin();
    }
}
