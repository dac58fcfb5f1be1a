package dev.huck.transport.redcon;

import dev.huck.raft.api.Options;
import io.netty.buffer.ByteBuf;

/**
 * What peers say to each other on a link. Who connects sends a greeting, then frames: a length of four bytes,
 * big-endian, and that many bytes. Who accepts answers with single {@link #ACK} bytes, one at most every
 * {@link #ACK_MILLIS} while frames come in; that is how the other notices a peer that is gone without a goodbye. What is
 * in a frame, its checksum included, is the engine's affair.
 */
final class PeerProtocol {
    /** No text in ASCII or UTF-8 begins so: no client can be mistaken for a peer. */
    private static final byte[] MAGIC = {(byte) 0xf5, 'H', 'K'};

    static final int VERSION = 1;

    /** The magic and the version. */
    static final int GREETING_LENGTH = MAGIC.length + 1;

    static final int ACK = 0x06;
    static final long ACK_MILLIS = 500;

    /** Frames carry several entries, but only one that is longer than this. */
    private static final int BESIDE_A_COMMAND = 64 << 20;

    private PeerProtocol() {}

    /** Whether these bytes, one or more, are the beginning of a greeting. */
    static boolean mayBeGreeting(ByteBuf in) {
        for (int i = 0; i < Math.min(MAGIC.length, in.readableBytes()); i++) {
            if (in.getByte(in.readerIndex() + i) != MAGIC[i]) {
                return false;
            }
        }
        return true;
    }

    /** The version that a complete greeting names. */
    static int version(ByteBuf greeting) {
        return greeting.getByte(greeting.readerIndex() + MAGIC.length);
    }

    static void writeGreeting(ByteBuf out) {
        out.writeBytes(MAGIC).writeByte(VERSION);
    }

    /** A longer frame is a mistake or an attack. */
    static int longestFrame(Options options) {
        return options.maxCommandBytes() + BESIDE_A_COMMAND;
    }
}
