package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** These numbers are part of what nodes agree on: a change here makes old logs replay differently. */
final class ReplicatedRandomTest {

    @Test
    void sequenceIsFixedForEver() {
        ReplicatedRandom random = new ReplicatedRandom(42, 0);
        long[] drawn = LongStream.generate(random::nextLong).limit(3).toArray();
        assertArrayEquals(new long[] {-1205433701959520732L, 2540734997987667629L, -7943187544518741654L}, drawn);
    }

    @Test
    void boundedSequenceIsFixedForEver() {
        ReplicatedRandom random = new ReplicatedRandom(42, 0);
        int[] drawn = IntStream.generate(() -> random.nextInt(10)).limit(12).toArray();
        assertArrayEquals(new int[] {2, 4, 1, 7, 3, 4, 0, 4, 0, 8, 9, 8}, drawn);
    }

    @Test
    void boundedValuesStayInBoundsAndReachThem() {
        ReplicatedRandom random = new ReplicatedRandom(1, 1);
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++) {
            counts[random.nextInt(-3, 4) + 3]++;
        }
        for (int count : counts) {
            assertTrue(count > 9_000 && count < 11_000, "count " + count);
        }
    }

    @Test
    void boundsFurtherApartThanHalfOfAllLongsWork() {
        ReplicatedRandom random = new ReplicatedRandom(1, 1);
        for (int i = 0; i < 1_000; i++) {
            long value = random.nextLong(Long.MIN_VALUE + 5, Long.MAX_VALUE - 5);
            assertTrue(value >= Long.MIN_VALUE + 5 && value < Long.MAX_VALUE - 5);
        }
    }

    @Test
    void fractionsAreBelowOne() {
        ReplicatedRandom random = new ReplicatedRandom(7, 0);
        double sum = 0;
        for (int i = 0; i < 10_000; i++) {
            double value = random.nextDouble();
            assertTrue(value >= 0 && value < 1);
            sum += value;
        }
        assertEquals(0.5, sum / 10_000, 0.02);
    }

    @Test
    void gaussiansHaveTheirMeanAndDeviation() {
        ReplicatedRandom random = new ReplicatedRandom(7, 0);
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < 20_000; i++) {
            double value = random.nextGaussian();
            sum += value;
            squares += value * value;
        }
        assertEquals(0, sum / 20_000, 0.03);
        assertEquals(1, squares / 20_000, 0.05);
    }

    @Test
    void emptyRangeIsRefused() {
        ReplicatedRandom random = new ReplicatedRandom(7, 0);
        assertThrows(IllegalArgumentException.class, () -> random.nextInt(0));
        assertThrows(IllegalArgumentException.class, () -> random.nextLong(5, 5));
        assertThrows(IllegalArgumentException.class, () -> random.nextDouble(1, 1));
    }
}
