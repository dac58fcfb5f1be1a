package dev.huck.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunSpecTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--seed 42",
                "--seed -3 --faults none",
                "--seed 1 --faults loss,crash --millis 2500",
                "--seed 9 --faults crash --millis 1 --only crash.1,crash.12",
                "--seed 9 --only none"
            })
    void isReadAsItIsWritten(String line) {
        assertEquals(line, RunSpec.parse(line).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "--faults crash", "--seed", "--seed 1 --faults krash", "--seed 1 --only crash", "--sed 1"})
    void whatIsNoRunIsRefused(String line) {
        assertThrows(IllegalArgumentException.class, () -> RunSpec.parse(line));
    }

    @Test
    void kindsThatAreLeftOutDoNotHappen() {
        Simulation quiet = new Simulation(RunSpec.of(5).withFaults(Set.of()), null);
        quiet.run();
        assertEquals(List.of(), quiet.happened());
        Simulation some = new Simulation(RunSpec.of(5).withFaults(EnumSet.of(FaultKind.CRASH)), null);
        some.run();
        assertTrue(some.happened().stream().allMatch(one -> one.startsWith("crash.")), some.happened()::toString);
        assertNotEquals(List.of(), some.happened());
    }

    @Test
    void occurrencesThatAreLeftOutDoNotMoveTheOthers() {
        Simulation all = new Simulation(RunSpec.of(5), null);
        all.run();
        List<String> kept = all.happened().subList(0, all.happened().size() / 2);
        Simulation some = new Simulation(RunSpec.of(5).withOnly(Set.copyOf(kept)), null);
        some.run();
        assertEquals(kept, some.happened());
    }
}
