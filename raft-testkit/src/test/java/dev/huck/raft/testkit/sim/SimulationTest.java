package dev.huck.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real node in the simulated world: the build's share of what {@code bin/huck-sim} does at length. */
class SimulationTest {
    private static final int SEEDS = 1000;
    private static final List<Outcome> OUTCOMES = new ArrayList<>();

    /** Each world has one thread to itself, so that running several at a time changes nothing in them. */
    @BeforeAll
    static void run() throws IOException {
        LongStream.rangeClosed(1, SEEDS)
                .parallel()
                .mapToObj(seed -> new Simulation(RunSpec.of(seed), null).run())
                .forEachOrdered(OUTCOMES::add);
        long hash = 0;
        for (Outcome outcome : OUTCOMES) {
            hash = SimRandom.mix(hash * 31 + outcome.hash());
        }
        // The same as at the end of what bin/huck-sim prints; every JDK has to come to the same.
        Files.writeString(Path.of("target/seeds"), String.format("seeds=%d hash=%016x%n", SEEDS, hash));
    }

    @Test
    void everyInvariantHolds() {
        List<String> broken = new ArrayList<>();
        for (int i = 0; i < SEEDS; i++) {
            String violation = OUTCOMES.get(i).violation();
            if (violation != null) {
                broken.add(violation + "\n    again: bin/huck-sim --seed " + (i + 1) + " --trace");
            }
        }
        assertTrue(broken.isEmpty(), () -> String.join("\n", broken));
    }

    @Test
    void runsAreLongAndRoughEnoughToMeanSomething() {
        assertTrue(median(Outcome::events) >= 20_000, () -> "events " + median(Outcome::events));
        assertTrue(median(Outcome::leaders) >= 2, () -> "leaders " + median(Outcome::leaders));
        assertTrue(median(Outcome::operations) >= 200, () -> "operations " + median(Outcome::operations));
        assertTrue(median(Outcome::losses) >= 1, () -> "crashes that lost writes " + median(Outcome::losses));
    }

    private static long median(ToLongFunction<Outcome> figure) {
        long[] sorted = OUTCOMES.stream().mapToLong(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 7, 42, 133})
    void sameSeedGivesTheSameEvents(long seed) {
        Outcome first = OUTCOMES.get((int) seed - 1);
        assertEquals(first, new Simulation(RunSpec.of(seed), null).run());
    }

    @Test
    void lookingAtARunDoesNotChangeIt() {
        List<String> lines = new ArrayList<>();
        assertEquals(OUTCOMES.get(2), new Simulation(RunSpec.of(3), lines::add).run());
        assertTrue(lines.size() > 1_000, () -> "lines " + lines.size());
    }

    @Test
    void otherSeedsGiveOtherEvents() {
        long[] hashes = OUTCOMES.stream().mapToLong(Outcome::hash).distinct().toArray();
        assertEquals(SEEDS, hashes.length, () -> Arrays.toString(hashes));
        assertNotEquals(0, hashes[0]);
    }
}
