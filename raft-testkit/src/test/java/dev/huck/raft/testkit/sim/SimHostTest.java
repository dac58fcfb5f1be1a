package dev.huck.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimHostTest {
    @ParameterizedTest
    @ValueSource(longs = {-400_000, -45_000, 0, 45_000, 400_000})
    void aClockThatIsSlowOrFastNeverRunsBack(long ppm) {
        SimHost host = new SimHost(0, "h:1", SimRandom.of(1, "host"));
        host.drift(ppm);
        long before = host.monotonic(0);
        for (long now = 0; now < 5_000_000; now += 777) {
            long seen = host.monotonic(now);
            assertTrue(seen >= before, "back at " + now);
            before = seen;
        }
        long second = 1_000_000_000L;
        assertEquals(second + 1_000 * ppm, host.monotonic(second) - host.monotonic(0));
    }
}
