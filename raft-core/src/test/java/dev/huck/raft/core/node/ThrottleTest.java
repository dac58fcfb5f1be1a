package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ThrottleTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void bytesBeyondTheRateWait() {
        Throttle throttle = new Throttle(1_000);
        assertEquals(0, throttle.take(-5, 500));
        assertEquals(SECOND / 2, throttle.take(-5, 1_000));
        assertEquals(SECOND / 2, throttle.take(-5 + SECOND, 1));
    }

    @Test
    void nothingIsSavedUp() {
        Throttle throttle = new Throttle(1_000);
        assertEquals(0, throttle.take(0, 1_000));
        assertEquals(0, throttle.take(100 * SECOND, 1_000));
        assertEquals(SECOND, throttle.take(100 * SECOND, 1));
    }

    @Test
    void zeroIsNoBound() {
        Throttle throttle = new Throttle(0);
        assertEquals(0, throttle.take(0, Long.MAX_VALUE));
        assertEquals(0, throttle.take(0, 1));
    }
}
