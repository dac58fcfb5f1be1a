package dev.huck.raft.core.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Whatever arrives, the codec answers with an envelope or a {@link FrameException}, and nothing else. */
class PeerCodecFuzzTest {
    private static final int ROUNDS = 50_000;

    private final List<byte[]> frames = Samples.messages().stream()
            .map(message -> PeerCodec.encode(Samples.envelope(message)))
            .toList();

    @Test
    void mutatedFrameWithoutItsChecksumIsNeverRead() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < ROUNDS; i++) {
            byte[] whole = frames.get(random.nextInt(frames.size()));
            byte[] mutated = mutated(whole, random);
            assertEquals(Arrays.equals(whole, mutated), isRead(mutated), () -> HexFormat.of()
                    .formatHex(mutated));
        }
    }

    @Test
    void mutatedFrameWithRightChecksumIsReadOrRefused() {
        SplittableRandom random = new SplittableRandom(2);
        int read = 0;
        for (int i = 0; i < ROUNDS; i++) {
            byte[] mutated = PeerCodecTest.sealed(mutated(frames.get(random.nextInt(frames.size())), random));
            read += isRead(mutated) ? 1 : 0;
        }
        int readInAll = read;
        assertTrue(
                read > ROUNDS / 20 && read < ROUNDS,
                () -> readInAll + " of " + ROUNDS + " were read: the mutations no longer test both ways");
    }

    @Test
    void noiseBehindAGoodHeadIsReadOrRefused() {
        SplittableRandom random = new SplittableRandom(3);
        byte[] whole = frames.get(0);
        int head = 26 + 4 + 14;
        for (int i = 0; i < ROUNDS; i++) {
            byte[] frame = Arrays.copyOf(whole, head + 1 + random.nextInt(200) + 4);
            byte[] noise = new byte[frame.length - head];
            random.nextBytes(noise);
            noise[0] = (byte) random.nextInt(14);
            System.arraycopy(noise, 0, frame, head, noise.length);
            isRead(PeerCodecTest.sealed(frame));
        }
    }

    @Test
    void whatIsReadIsWrittenAsItWas() throws FrameException {
        for (byte[] frame : frames) {
            assertArrayEquals(frame, PeerCodec.encode(PeerCodec.decode(frame)));
        }
    }

    private static boolean isRead(byte[] frame) {
        try {
            PeerCodec.decode(frame);
            return true;
        } catch (FrameException e) {
            return false;
        } catch (RuntimeException e) {
            return fail(HexFormat.of().formatHex(frame), e);
        }
    }

    private static byte[] mutated(byte[] whole, SplittableRandom random) {
        byte[] frame = whole.clone();
        int place = random.nextInt(frame.length);
        switch (random.nextInt(5)) {
            case 0 -> frame[place] ^= (byte) (1 << random.nextInt(8));
            case 1 -> frame[place] = (byte) random.nextInt();
            case 2 -> frame = Arrays.copyOf(frame, Math.max(4, place));
            case 3 -> frame = Arrays.copyOf(frame, frame.length + 1 + random.nextInt(50));
            default -> {
                int[] lengths = {Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 1 << 30, frame.length};
                int at = Math.min(place, frame.length - 4);
                ByteBuffer.wrap(frame).putInt(at, lengths[random.nextInt(lengths.length)]);
            }
        }
        return frame;
    }
}
