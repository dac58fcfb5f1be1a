package dev.huck.raft.testkit.linear;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.testkit.linear.Linearizability.Verdict;
import dev.huck.raft.testkit.linear.ListAppend.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ListAppendTest {
    private static final long NEVER = Long.MAX_VALUE;

    private static Step append(String list, String element, long called, long returned) {
        return new Step(called, returned, list, element, null);
    }

    private static Step read(String list, long called, long returned, String... seen) {
        return new Step(called, returned, list, null, List.of(seen));
    }

    private static void refused(String why, Step... history) {
        String wrong = ListAppend.check(List.of(history), true);
        assertTrue(String.valueOf(wrong).contains(why), wrong);
    }

    @Test
    void whatHappensOneAfterTheOtherIsFine() {
        assertNull(ListAppend.check(
                List.of(append("a", "1", 0, 1), append("a", "2", 2, 3), read("a", 4, 5, "1", "2"), read("b", 6, 7)),
                true));
    }

    @Test
    void acknowledgedElementThatALaterReadLacksIsFound() {
        refused("no order fits", append("a", "1", 0, 1), append("a", "2", 2, 3), read("a", 4, 5, "1"));
    }

    @Test
    void elementWithoutAnAnswerMayBeMissing() {
        assertNull(ListAppend.check(
                List.of(append("a", "1", 0, 1), append("a", "2", 2, NEVER), read("a", 4, 5, "1")), true));
    }

    @Test
    void repeatedElementIsFound() {
        refused("twice", append("a", "1", 0, 1), read("a", 2, 3, "1", "1"));
    }

    @Test
    void inventedElementIsFound() {
        refused("nobody appended", append("a", "1", 0, 1), read("a", 2, 3, "1", "7"));
    }

    @Test
    void readersThatSeeDifferentOrdersAreFound() {
        refused(
                "do not fit",
                append("a", "1", 0, 9),
                append("a", "2", 0, 9),
                read("a", 1, 2, "1", "2"),
                read("a", 3, 4, "2"));
    }

    @Test
    void elementsInTheWrongOrderOfTimeAreFound() {
        refused("no order fits", append("a", "1", 0, 1), append("a", "2", 2, 3), read("a", 4, 5, "2", "1"));
    }

    @Test
    void readThatJumpsBackIsFoundOnlyWhereTimeCounts() {
        Step[] history = {
            append("a", "1", 0, 1), append("a", "2", 2, 20), read("a", 4, 5, "1", "2"), read("a", 6, 7, "1")
        };
        refused("no order fits", history);
        assertNull(ListAppend.check(List.of(history), false));
    }

    @Test
    void circleOverTwoListsIsFound() {
        // The first reader says that a's element came first, the second that b's did; both were appended meanwhile.
        refused(
                "no order fits",
                append("a", "1", 0, 100),
                append("b", "2", 0, 100),
                read("a", 10, 11, "1"),
                read("b", 12, 13),
                read("b", 14, 15, "2"),
                read("a", 16, 17));
    }

    /** One list is an object like any other: the search says the same. */
    @Test
    void agreesWithTheSearchOnSmallHistories() {
        SplittableRandom random = new SplittableRandom(11);
        int wrong = 0;
        for (int round = 0; round < 4_000; round++) {
            List<Step> history = new ArrayList<>();
            List<Operation<Step, List<String>>> operations = new ArrayList<>();
            int appends = 0;
            for (int i = 0; i < 5; i++) {
                long called = random.nextInt(12);
                boolean isRead = random.nextBoolean();
                long returned = !isRead && random.nextInt(4) == 0 ? NEVER : called + 1 + random.nextInt(8);
                Step step = isRead
                        ? read("a", called, returned, some(random))
                        : append("a", Integer.toString(++appends), called, returned);
                history.add(step);
                operations.add(new Operation<>(called, returned, step, step.seen()));
            }
            boolean fits = ListAppend.check(history, true) == null;
            Verdict verdict = Linearizability.check(operations, new Lists(), 1_000_000);
            assertEquals(verdict == Verdict.LINEARIZABLE, fits, history::toString);
            wrong += fits ? 0 : 1;
        }
        assertTrue(wrong > 500 && wrong < 3_900, "of 4000 histories, wrong are " + wrong);
    }

    private static String[] some(SplittableRandom random) {
        return switch (random.nextInt(5)) {
            case 0 -> new String[] {};
            case 1 -> new String[] {"1"};
            case 2 -> new String[] {"1", "2"};
            case 3 -> new String[] {"2", "1"};
            default -> new String[] {"2"};
        };
    }

    private static final class Lists implements Model<List<String>, Step, List<String>> {
        @Override
        public List<String> initial() {
            return List.of();
        }

        @Override
        public @Nullable List<String> step(List<String> state, Step input, @Nullable List<String> output) {
            if (input.appended() == null) {
                return output == null || output.equals(state) ? state : null;
            }
            List<String> longer = new ArrayList<>(state);
            longer.add(input.appended());
            return longer;
        }
    }
}
