package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.core.wire.Envelope;
import dev.huck.raft.core.wire.FrameException;
import dev.huck.raft.core.wire.PeerCodec;
import java.util.List;
import java.util.zip.CRC32C;

/** Makes frames that no node may listen to: from a far away term, of another cluster, group or protocol. */
final class Strangers {
    /** No cluster of a simulation gets that far by itself. */
    static final long FIRST_TERM = 1_000_000;

    private Strangers() {}

    /** A frame that differs from one of the cluster's own in the one thing for which it must be refused. */
    static byte[] frame(byte[] own, SimRandom random) {
        try {
            Envelope like = PeerCodec.decode(own);
            long from = random.nextLong();
            long term = FIRST_TERM + random.nextLong(1_000);
            LogPosition far = new LogPosition(1 << 20, term);
            Message message =
                    switch (random.nextInt(3)) {
                        case 0 -> new Message.RequestVote(from, like.receiver(), term, far, random.nextBoolean());
                        case 1 -> new Message.PreVote(from, like.receiver(), term, far);
                        default ->
                            new Message.Append(from, like.receiver(), term, 1, 1, LogPosition.START, List.of(), 0);
                    };
            boolean otherVersion = random.nextInt(3) == 0;
            boolean otherGroup = random.nextBoolean();
            byte[] frame = PeerCodec.encode(new Envelope(
                    otherVersion || otherGroup ? like.clusterId() : (like.clusterId() ^ 1) | 2,
                    otherGroup && !otherVersion ? like.groupId() + 1 : like.groupId(),
                    like.receiver(),
                    like.senderAddress(),
                    like.incarnation(),
                    like.heard(),
                    message));
            return otherVersion ? ofAnotherVersion(frame) : frame;
        } catch (FrameException e) {
            throw new IllegalStateException("a node sent what can't be read", e);
        }
    }

    /** The version is in the first two bytes; the checksum is right. */
    private static byte[] ofAnotherVersion(byte[] frame) {
        frame[1] ^= 64;
        CRC32C checksum = new CRC32C();
        checksum.update(frame, 0, frame.length - 4);
        java.nio.ByteBuffer.wrap(frame).putInt(frame.length - 4, (int) checksum.getValue());
        return frame;
    }
}
