package dev.huck.raft.testkit.linear;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.testkit.linear.Linearizability.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LinearizabilityTest {
    private static final long NEVER = Long.MAX_VALUE;

    /** A register: a number from 1 writes it, 0 reads it. */
    private static final class Register implements Model<Integer, Integer, Integer> {
        @Override
        public Integer initial() {
            return 0;
        }

        @Override
        public @Nullable Integer step(Integer state, Integer input, @Nullable Integer output) {
            if (input > 0) {
                return input;
            }
            return output == null || output.equals(state) ? state : null;
        }
    }

    @Test
    void readOfAnOverwrittenValueAfterTheOverwriteReturnedIsRefused() {
        assertEquals(Verdict.NOT_LINEARIZABLE, check(write(1, 0, 1), write(2, 2, 3), read(1, 4, 5)));
    }

    @Test
    void readThatOverlapsTheOverwriteMayReturnEitherValue() {
        assertEquals(Verdict.LINEARIZABLE, check(write(1, 0, 1), write(2, 2, 5), read(1, 3, 4)));
        assertEquals(Verdict.LINEARIZABLE, check(write(1, 0, 1), write(2, 2, 5), read(2, 3, 4)));
    }

    @Test
    void twoReadsDuringAWriteMayNotSeeItAndThenNotSeeIt() {
        assertEquals(Verdict.NOT_LINEARIZABLE, check(write(1, 0, 10), read(1, 1, 2), read(0, 3, 4)));
    }

    @Test
    void writeWithoutAnAnswerMayTakeEffectLate() {
        assertEquals(Verdict.LINEARIZABLE, check(write(1, 0, NEVER), read(0, 1, 2), read(1, 3, 4)));
    }

    @Test
    void writeWithoutAnAnswerMayNeverTakeEffect() {
        assertEquals(Verdict.LINEARIZABLE, check(write(1, 0, NEVER), read(0, 1, 2), read(0, 3, 4)));
    }

    @Test
    void writeWithoutAnAnswerTakesEffectOnlyOnce() {
        assertEquals(
                Verdict.NOT_LINEARIZABLE,
                check(write(1, 0, NEVER), write(2, 1, 2), read(1, 3, 4), read(2, 5, 6), read(1, 7, 8)));
    }

    @Test
    void operationsThatTouchAtOneMomentOverlap() {
        assertEquals(Verdict.LINEARIZABLE, check(write(1, 0, 5), read(0, 5, 6)));
    }

    @Test
    void searchThatTakesTooLongIsGivenUp() {
        List<Operation<Integer, Integer>> history = new ArrayList<>();
        for (int i = 1; i <= 12; i++) {
            history.add(write(i, 0, 100));
        }
        history.add(read(99, 101, 102));
        assertEquals(Verdict.UNDECIDED, Linearizability.check(history, new Register(), 1_000));
    }

    @Test
    void orderInWhichEveryAnswerFitsIsAProof() {
        assertTrue(Linearizability.isProvenBy(List.of(write(1, 0, 4), read(1, 1, 2), write(2, 3, 9)), new Register()));
    }

    @Test
    void orderThatContradictsAnAnswerOrTimeIsNone() {
        assertFalse(Linearizability.isProvenBy(List.of(write(1, 0, 4), read(2, 1, 2)), new Register()));
        assertFalse(Linearizability.isProvenBy(List.of(write(1, 5, 6), read(1, 1, 2)), new Register()));
    }

    @Test
    void agreesWithTryingEveryOrder() {
        SplittableRandom random = new SplittableRandom(7);
        int linearizable = 0;
        int rounds = 10_000;
        for (int round = 0; round < rounds; round++) {
            List<Operation<Integer, Integer>> history = randomHistory(random);
            Verdict verdict = Linearizability.check(history, new Register(), Long.MAX_VALUE);
            boolean expected = someOrderFits(history, new boolean[history.size()], 0);
            assertEquals(expected ? Verdict.LINEARIZABLE : Verdict.NOT_LINEARIZABLE, verdict, history::toString);
            linearizable += expected ? 1 : 0;
        }
        assertTrue(
                linearizable > rounds / 10 && linearizable < rounds * 9 / 10,
                "both verdicts must be common for the comparison to mean something: " + linearizable);
    }

    private static List<Operation<Integer, Integer>> randomHistory(SplittableRandom random) {
        List<Operation<Integer, Integer>> history = new ArrayList<>();
        int size = 2 + random.nextInt(5);
        for (int i = 0; i < size; i++) {
            long called = random.nextInt(10);
            boolean answered = random.nextInt(5) > 0;
            long returned = answered ? called + random.nextInt(6) : NEVER;
            boolean isWrite = random.nextBoolean();
            Integer output = answered && !isWrite ? Integer.valueOf(random.nextInt(3)) : null;
            history.add(new Operation<>(called, returned, isWrite ? 1 + random.nextInt(2) : 0, output));
        }
        return history;
    }

    private static boolean someOrderFits(List<Operation<Integer, Integer>> history, boolean[] taken, int state) {
        boolean open = false;
        for (int i = 0; i < taken.length; i++) {
            open |= !taken[i] && history.get(i).returned() != NEVER;
        }
        if (!open) {
            return true;
        }
        for (int i = 0; i < taken.length; i++) {
            Operation<Integer, Integer> next = history.get(i);
            if (taken[i] || someReturnedBefore(history, taken, next.called())) {
                continue;
            }
            Integer after = new Register().step(state, next.input(), next.output());
            if (after != null) {
                taken[i] = true;
                boolean fits = someOrderFits(history, taken, after);
                taken[i] = false;
                if (fits) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean someReturnedBefore(List<Operation<Integer, Integer>> history, boolean[] taken, long called) {
        for (int i = 0; i < taken.length; i++) {
            if (!taken[i] && history.get(i).returned() < called) {
                return true;
            }
        }
        return false;
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // the list is only read
    private static Verdict check(Operation<Integer, Integer>... history) {
        return Linearizability.check(List.of(history), new Register(), Long.MAX_VALUE);
    }

    private static Operation<Integer, Integer> write(int value, long called, long returned) {
        return new Operation<>(called, returned, value, null);
    }

    private static Operation<Integer, Integer> read(int value, long called, long returned) {
        return new Operation<>(called, returned, 0, value);
    }
}
