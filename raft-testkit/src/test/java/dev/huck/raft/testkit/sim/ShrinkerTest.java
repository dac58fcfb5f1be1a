package dev.huck.raft.testkit.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.testkit.planted.PlantedRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ShrinkerTest {
    /** Fails when crash 2 and pause 1 both happen, late enough. */
    private static List<String> fragile(RunSpec spec) {
        List<String> happened = new ArrayList<>(List.of(""));
        for (String one : List.of("crash.1", "crash.2", "pause.1", "partition.1", "crash.3", "pause.2")) {
            FaultKind kind = FaultKind.of(one.substring(0, one.indexOf('.')));
            int number = Integer.parseInt(one.substring(one.indexOf('.') + 1));
            boolean inTime = spec.millis() == 0 || spec.millis() >= 1_000L * number;
            if (spec.faults().contains(kind) && spec.happens(kind, number) && inTime) {
                happened.add(one);
            }
        }
        if (happened.contains("crash.2") && happened.contains("pause.1")) {
            happened.set(0, "broken");
        }
        return happened;
    }

    @Test
    void whatIsLeftIsWhatTheFailureNeeds() {
        Shrinker shrinker = new Shrinker(RunSpec.of(7), ShrinkerTest::fragile, line -> {});
        RunSpec smallest = shrinker.shrink();
        assertEquals(EnumSet.of(FaultKind.CRASH, FaultKind.PAUSE), smallest.faults());
        assertEquals(Set.of("crash.2", "pause.1"), smallest.only());
        assertTrue(smallest.millis() >= 2_000 && smallest.millis() < 3_000, smallest::toString);
        assertEquals("broken", shrinker.violation());
    }

    @Test
    void runThatBreaksNothingCanNotShrink() {
        assertThrows(
                IllegalArgumentException.class, () -> new Shrinker(RunSpec.of(7), spec -> List.of(""), line -> {}));
    }

    @Test
    void plantedBugShrinksToAShortRunThatStillFails() throws IOException {
        PlantedRun planted = new PlantedRun(Path.of("").toAbsolutePath().getParent(), 1, System.out);
        PlantedRun.Planted bug = planted.plant("truncate-on-match");
        Shrinker shrinker = new Shrinker(RunSpec.of(1), spec -> bug.run(spec, null), line -> {});
        RunSpec smallest = shrinker.shrink();
        List<String> before = new ArrayList<>();
        bug.run(RunSpec.of(1), before::add);
        List<String> after = new ArrayList<>();
        // The one line that is printed is all that it takes to see it again.
        assertFalse(
                bug.run(RunSpec.parse(smallest.toString()), after::add).get(0).isEmpty());
        assertTrue(after.size() <= before.size(), () -> after.size() + " lines of " + before.size());
        assertEquals("", new SeedTest().apply(smallest.toString(), null).get(0));
    }
}
