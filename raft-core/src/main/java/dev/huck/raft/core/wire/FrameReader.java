package dev.huck.raft.core.wire;

import dev.huck.raft.api.spi.LogPosition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads the parts of a frame. Trusts nothing: a length is compared with what is left before anything is allocated for
 * it, and what is wrong is a {@link FrameException}, never another exception.
 */
final class FrameReader {
    private final ByteBuffer in;

    /**
     * Starts at the front.
     *
     * @param frame holds the bytes
     * @param length how many of them to read
     */
    FrameReader(byte[] frame, int length) {
        this.in = ByteBuffer.wrap(frame, 0, length);
    }

    int remaining() {
        return in.remaining();
    }

    byte i8() throws FrameException {
        need(1);
        return in.get();
    }

    int u16() throws FrameException {
        need(2);
        return in.getShort() & 0xffff;
    }

    int i32() throws FrameException {
        need(4);
        return in.getInt();
    }

    long i64() throws FrameException {
        need(8);
        return in.getLong();
    }

    boolean bool() throws FrameException {
        byte value = i8();
        if (value != 0 && value != 1) {
            throw new FrameException("nonsense: " + value + " for yes or no");
        }
        return value == 1;
    }

    byte[] bytes() throws FrameException {
        int length = i32();
        if (length < 0) {
            throw new FrameException("nonsense: a length of " + length);
        }
        need(length);
        byte[] value = new byte[length];
        in.get(value);
        return value;
    }

    String text() throws FrameException {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    LogPosition position() throws FrameException {
        long index = i64();
        long term = i64();
        if (index < 0 || term < 0) {
            throw new FrameException("nonsense: a position of index " + index + ", term " + term);
        }
        return new LogPosition(index, term);
    }

    private void need(int bytes) throws FrameException {
        if (bytes > in.remaining()) {
            throw new FrameException("cut off: " + bytes + " bytes wanted, " + in.remaining() + " left");
        }
    }
}
