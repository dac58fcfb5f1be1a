package dev.huck.raft.core.wire;

import dev.huck.raft.api.spi.LogPosition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes the parts of a frame, or only measures them. A frame's layout is written down once and run twice: the first run
 * tells the length, so that a frame of any number of entries is allocated once.
 */
final class FrameWriter {
    private final @Nullable ByteBuffer out;
    private int length;

    /**
     * Starts at the front.
     *
     * @param out takes the bytes; null to measure only
     */
    FrameWriter(@Nullable ByteBuffer out) {
        this.out = out;
    }

    /** How many bytes it was so far. */
    int length() {
        return length;
    }

    void i8(int value) {
        if (out != null) {
            out.put((byte) value);
        }
        count(1);
    }

    void i16(int value) {
        if (out != null) {
            out.putShort((short) value);
        }
        count(2);
    }

    void i32(int value) {
        if (out != null) {
            out.putInt(value);
        }
        count(4);
    }

    void i64(long value) {
        if (out != null) {
            out.putLong(value);
        }
        count(8);
    }

    void bool(boolean value) {
        i8(value ? 1 : 0);
    }

    void bytes(byte[] value) {
        i32(value.length);
        if (out != null) {
            out.put(value);
        }
        count(value.length);
    }

    void text(String value) {
        bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    void position(LogPosition value) {
        i64(value.index());
        i64(value.term());
    }

    private void count(int bytes) {
        length = Math.addExact(length, bytes);
    }
}
