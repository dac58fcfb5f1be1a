package dev.huck.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the kinds of faults are worth: one that never happens finds nothing. */
class FaultKindTest {
    private static final int SEEDS = 150;

    @Test
    void everyKindHappensWithinAHundredAndFiftySeeds() {
        Set<FaultKind> missing = EnumSet.allOf(FaultKind.class);
        for (int seed = 1; seed <= SEEDS && !missing.isEmpty(); seed++) {
            Simulation run = new Simulation(RunSpec.of(seed), null);
            run.run();
            missing.removeAll(run.kinds());
        }
        assertEquals(Set.of(), missing);
    }
}
