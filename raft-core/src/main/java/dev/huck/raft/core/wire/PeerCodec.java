package dev.huck.raft.core.wire;

import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.PeerMessage;
import dev.huck.raft.core.storage.Incarnation;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Envelopes as frames. Version of the protocol (2 bytes), cluster id (8), group id (8), receiver (8), sender's address
 * (4 for its length, UTF-8), its incarnation (8) and run (8), the receiver's run that it has written down (8), type (1),
 * the message, and at the end the CRC32C of all before it (4). Numbers are big-endian. The version's and the checksum's
 * places are the same in every version, so that an unknown version is told from damage.
 */
public final class PeerCodec {
    /** The newest version there is; all from 1 on are understood. */
    public static final int NEWEST = Member.Versions.NEWEST_PROTOCOL;

    private static final int CHECKSUM = 4;
    private static final int SHORTEST = 2 + CHECKSUM;

    private PeerCodec() {}

    /**
     * Writes an envelope, in the oldest version that can say it.
     *
     * @param envelope what to send
     * @return the frame, allocated once whatever it holds
     * @throws IllegalArgumentException when the entries of an append do not follow each other
     * @throws ArithmeticException when it is longer than 2 GiB
     */
    public static byte[] encode(Envelope envelope) {
        FrameWriter measure = new FrameWriter(null);
        write(measure, envelope);
        ByteBuffer frame = ByteBuffer.allocate(Math.addExact(measure.length(), CHECKSUM));
        write(new FrameWriter(frame), envelope);
        frame.putInt(checksum(frame.array(), frame.position()));
        return frame.array();
    }

    /**
     * Reads a frame. Takes no more memory than a small multiple of the frame's own length, whatever it claims.
     *
     * @param frame any bytes
     * @return what {@link #encode} was given
     * @throws FrameException when they are no frame of this version, undamaged; the message says why
     */
    public static Envelope decode(byte[] frame) throws FrameException {
        return decode(frame, NEWEST);
    }

    /**
     * As {@link #decode(byte[])}, of the versions up to one.
     *
     * @param frame any bytes
     * @param newest the newest version to understand
     * @return what {@link #encode} was given
     * @throws FrameException when they are no frame of these versions, undamaged; the message says why
     */
    public static Envelope decode(byte[] frame, int newest) throws FrameException {
        if (frame.length < SHORTEST) {
            throw new FrameException("cut off: " + frame.length + " bytes are no frame");
        }
        int end = frame.length - CHECKSUM;
        if (ByteBuffer.wrap(frame).getInt(end) != checksum(frame, end)) {
            throw new FrameException("bad checksum over " + end + " bytes");
        }
        FrameReader in = new FrameReader(frame, end);
        int version = in.u16();
        if (version < 1 || version > newest) {
            throw new FrameException("protocol version " + version + " unknown; this node speaks "
                    + (newest == 1 ? "1" : "1.." + newest));
        }
        long clusterId = in.i64();
        long groupId = in.i64();
        long receiver = in.i64();
        String senderAddress = in.text();
        Incarnation incarnation = new Incarnation(in.i64(), in.i64());
        long heard = in.i64();
        PeerMessage message = MessageCodec.read(in, version);
        if (in.remaining() > 0) {
            throw new FrameException("nonsense: " + in.remaining() + " bytes behind the message");
        }
        return new Envelope(clusterId, groupId, receiver, senderAddress, incarnation, heard, message);
    }

    private static void write(FrameWriter out, Envelope envelope) {
        out.i16(MessageCodec.version(envelope.message()));
        out.i64(envelope.clusterId());
        out.i64(envelope.groupId());
        out.i64(envelope.receiver());
        out.text(envelope.senderAddress());
        out.i64(envelope.incarnation().number());
        out.i64(envelope.incarnation().run());
        out.i64(envelope.heard());
        MessageCodec.write(out, envelope.message());
    }

    private static int checksum(byte[] frame, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(frame, 0, length);
        return (int) checksum.getValue();
    }
}
