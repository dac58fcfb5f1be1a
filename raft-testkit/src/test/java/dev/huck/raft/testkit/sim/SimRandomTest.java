package dev.huck.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

class SimRandomTest {

    @Test
    void numbersAreTheSameOnEveryJdk() {
        SimRandom random = SimRandom.of(1, "network");
        long hash = 0;
        for (int i = 0; i < 1000; i++) {
            hash = SimRandom.mix(hash
                    + random.nextLong()
                    + random.nextInt(17)
                    + random.nextInt(3, 9)
                    + Double.doubleToLongBits(random.nextDouble())
                    + random.exponential(1_000_000)
                    + (random.nextBoolean() ? 1 : 0)
                    + random.nextLong(-5, 5));
        }
        assertEquals(EXPECTED, Long.toHexString(hash));
    }

    private static final String EXPECTED = "6b00743c5bb25722";

    @Test
    void concernsDrawDifferentNumbers() {
        assertNotEquals(
                SimRandom.of(1, "network").nextLong(), SimRandom.of(1, "disks").nextLong());
        assertNotEquals(
                SimRandom.of(1, "network").nextLong(),
                SimRandom.of(2, "network").nextLong());
    }
}
