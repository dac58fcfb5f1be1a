package dev.huck.raft.core.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Admission.JoinRequest;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.core.consensus.Message.Append;
import dev.huck.raft.core.consensus.Message.AppendReply;
import dev.huck.raft.core.consensus.Message.InstallSnapshot;
import dev.huck.raft.core.consensus.Message.ServeChunk;
import dev.huck.raft.core.consensus.Message.TimeoutNow;
import dev.huck.raft.core.consensus.PeerMessage;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PeerCodecTest {
    private static final Envelope SMALL = Samples.envelope(new TimeoutNow(1, -2, 3));

    static List<PeerMessage> messages() {
        return Samples.messages();
    }

    @ParameterizedTest
    @MethodSource("messages")
    void messageReadsBackAsItWasWritten(PeerMessage message) throws FrameException {
        Envelope envelope = Samples.envelope(message);
        Envelope read = PeerCodec.decode(PeerCodec.encode(envelope));
        assertEquals(Samples.inWords(envelope), Samples.inWords(read));
    }

    @Test
    void everyKindOfMessageIsAmongTheSamples() {
        Set<String> sampled = messages().stream()
                .map(message -> message.getClass().getName())
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> there =
                records(PeerMessage.class).map(Class::getName).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(there, sampled);
    }

    private static Stream<Class<?>> records(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(PeerCodecTest::records)
                : Stream.of(type);
    }

    /** A byte that moves here moves on the wire between two versions of a running cluster. */
    @Test
    void layoutOfFrameIsPinned() {
        assertEquals(
                "0001" + "1122334455667788" + "0000000000000009"
                        + "fffffffffffffffe" // version, cluster, group, receiver
                        + "0000000e" + "3132372e302e302e313a37343831" // sender's address
                        + "000000000000000c" + "fffffffffffffff3" + "000000000000000e" // incarnation, run, heard
                        + "09" + "0000000000000001" + "fffffffffffffffe" + "0000000000000003" // type, from, to, term
                        + "fe5be0ad", // CRC32C
                HexFormat.of().formatHex(PeerCodec.encode(SMALL)));
    }

    @Test
    void damagedFrameIsToldByItsChecksum() {
        byte[] frame = PeerCodec.encode(SMALL);
        frame[20] ^= 1;
        assertEquals("bad checksum over 93 bytes", reason(frame));
    }

    @Test
    void whatTheOldVersionCanSayIsSaidInTheOldVersion() throws FrameException {
        for (PeerMessage message : Samples.messages()) {
            boolean two = message instanceof ServeChunk
                    || message instanceof Message.NoChunk
                    || (message instanceof InstallSnapshot install && install.leader() != install.from())
                    || (message instanceof Append append && append.applied() != null)
                    || (message instanceof AppendReply reply && reply.applied() != null)
                    || (message instanceof JoinRequest request && request.readmit());
            byte[] frame = PeerCodec.encode(Samples.envelope(message));
            assertEquals(two ? 2 : 1, frame[1], message.toString());
            if (two) {
                assertEquals(
                        "protocol version 2 unknown; this node speaks 1",
                        assertThrows(FrameException.class, () -> PeerCodec.decode(frame, 1))
                                .getMessage());
            } else {
                assertArrayEquals(frame, PeerCodec.encode(PeerCodec.decode(frame, 1)));
            }
        }
    }

    @Test
    void frameOfNewerVersionIsToldByItsVersion() {
        byte[] frame = PeerCodec.encode(SMALL);
        frame[1] = 3;
        assertEquals("protocol version 3 unknown; this node speaks 1..2", reason(sealed(frame)));
    }

    @Test
    void unknownTypeIsToldByItsNumber() {
        byte[] frame = PeerCodec.encode(SMALL);
        frame[26 + 4 + 14 + 24] = 99;
        assertEquals("message type 99 unknown", reason(sealed(frame)));
    }

    @Test
    void frameThatEndsTooEarlyIsToldByWhatIsMissing() {
        byte[] frame = PeerCodec.encode(SMALL);
        assertEquals("cut off: 8 bytes wanted, 7 left", reason(sealed(Arrays.copyOf(frame, frame.length - 1))));
    }

    @Test
    void frameWithMoreThanItsMessageIsRefused() {
        byte[] frame = PeerCodec.encode(SMALL);
        assertEquals("nonsense: 3 bytes behind the message", reason(sealed(Arrays.copyOf(frame, frame.length + 3))));
    }

    @Test
    void nothingAtAllIsNoFrame() {
        assertEquals("cut off: 0 bytes are no frame", reason(new byte[0]));
    }

    @Test
    void declaredNumberOfEntriesIsComparedWithWhatIsThere() {
        byte[] frame = PeerCodec.encode(Samples.envelope(new Append(1, -2, 3, 4, 5, LogPosition.START, List.of(), 6)));
        ByteBuffer.wrap(frame).putInt(frame.length - 8, Integer.MAX_VALUE);
        assertEquals("nonsense: 2147483647 entries behind index 0 in 0 bytes", reason(sealed(frame)));
    }

    @Test
    void declaredLengthOfTextIsComparedWithWhatIsThere() {
        byte[] frame = PeerCodec.encode(SMALL);
        ByteBuffer.wrap(frame).putInt(26, Integer.MAX_VALUE);
        assertEquals("cut off: 2147483647 bytes wanted, 63 left", reason(sealed(frame)));
    }

    @Test
    void entriesThatDoNotFollowTheirPlaceAreNotEncoded() {
        List<LogEntry> entries = List.of(new LogEntry(7, 1, new byte[0]));
        Append append = new Append(1, -2, 3, 4, 5, new LogPosition(5, 1), entries, 6);
        assertThrows(IllegalArgumentException.class, () -> PeerCodec.encode(Samples.envelope(append)));
    }

    private static String reason(byte[] frame) {
        return assertThrows(FrameException.class, () -> PeerCodec.decode(frame)).getMessage();
    }

    /** The frame with the right checksum over whatever it says now. */
    static byte[] sealed(byte[] frame) {
        CRC32C checksum = new CRC32C();
        checksum.update(frame, 0, frame.length - 4);
        return ByteBuffer.wrap(frame)
                .putInt(frame.length - 4, (int) checksum.getValue())
                .array();
    }
}
