package dev.huck.example.clone.campaign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.example.clone.campaign.Call.Kind;
import dev.huck.example.clone.campaign.Call.Outcome;
import dev.huck.example.clone.campaign.HistoryCheck.Findings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A campaign is worth what its judge sees: mistakes are put into histories, by hand and into long ones. */
class HistoryCheckTest {
    private static final long NEVER = Long.MAX_VALUE;

    private static Call done(Kind kind, String value, long called, long returned, String output) {
        return new Call(0, "n", kind, "k", value, called, returned, Outcome.DONE, output);
    }

    private static Call unknown(Kind kind, String value, long called) {
        return new Call(0, "n", kind, "k", value, called, NEVER, Outcome.UNKNOWN, "");
    }

    private static Call read(long called, long returned, String output) {
        return done(Kind.GET, "", called, returned, output);
    }

    private static void assertFine(Call... history) {
        assertEquals(new Findings(0, 0, List.of()), HistoryCheck.check(List.of(history)));
    }

    private static void assertFound(int lost, int stale, Call... history) {
        Findings findings = HistoryCheck.check(List.of(history));
        assertEquals(lost, findings.lost(), findings::toString);
        assertEquals(stale, findings.stale(), findings::toString);
        assertTrue(
                findings.violations().stream().anyMatch(violation -> violation.contains("NOT_LINEARIZABLE")),
                findings::toString);
    }

    @Test
    void whatIsWrittenAndReadInOrderIsFine() {
        assertFine(done(Kind.SET, "a", 1, 2, ""), read(3, 4, "a"), done(Kind.SET, "b", 5, 6, ""), read(7, 8, "b"));
    }

    @Test
    void writeWithoutAnAnswerMayHaveHappenedOrNot() {
        assertFine(done(Kind.SET, "a", 1, 2, ""), unknown(Kind.SET, "b", 3), read(5, 6, "a"));
        assertFine(done(Kind.SET, "a", 1, 2, ""), unknown(Kind.SET, "b", 3), read(5, 6, "a"), read(7, 8, "b"));
        assertFine(done(Kind.INCR, "", 1, 2, "1"), unknown(Kind.INCR, "", 3), read(5, 6, "2"));
    }

    @Test
    void readsThatOverlapAWriteMaySeeEither() {
        assertFine(done(Kind.SET, "a", 1, 10, ""), read(2, 3, ""), read(4, 5, "a"), read(11, 12, "a"));
    }

    @Test
    void lostWriteIsFound() {
        assertFound(1, 0, done(Kind.SET, "a", 1, 2, ""), done(Kind.SET, "b", 3, 4, ""), read(5, 6, "a"));
        assertFound(1, 0, done(Kind.SET, "a", 1, 2, ""), read(5, 6, ""));
    }

    @Test
    void lostAppendIsFound() {
        assertFound(1, 0, done(Kind.APPEND, "<1>", 1, 2, "3"), done(Kind.APPEND, "<2>", 3, 4, "6"), read(5, 6, "<1>"));
    }

    @Test
    void lostIncrementIsFound() {
        assertFound(1, 0, done(Kind.INCR, "", 1, 2, "1"), done(Kind.INCR, "", 3, 4, "2"), read(5, 6, "1"));
    }

    @Test
    void duplicatedIncrementIsFound() {
        assertFound(0, 0, done(Kind.INCR, "", 1, 2, "1"), done(Kind.INCR, "", 3, 4, "3"), read(5, 6, "3"));
        assertFound(0, 0, done(Kind.INCR, "", 1, 2, "1"), unknown(Kind.INCR, "", 3), read(5, 6, "3"));
    }

    @Test
    void staleReadIsFound() {
        assertFound(
                0, 1, done(Kind.SET, "a", 1, 2, ""), done(Kind.SET, "b", 3, 4, ""), read(5, 6, "a"), read(7, 8, "b"));
        assertFound(0, 1, done(Kind.INCR, "", 1, 2, "1"), read(3, 4, ""), read(5, 6, "1"));
        assertFound(0, 1, done(Kind.APPEND, "<1>", 1, 2, "3"), read(3, 4, ""), read(5, 6, "<1>"));
    }

    @Test
    void readThatGoesBackIsFound() {
        // Both may be seen while the write is under way, but not the new value before the old one.
        assertFound(0, 0, done(Kind.SET, "a", 1, 10, ""), read(2, 3, "a"), read(4, 5, ""), read(11, 12, "a"));
    }

    @Test
    void valueOfARefusedWriteIsFound() {
        assertFound(1, 0, done(Kind.SET, "a", 1, 2, ""), read(5, 6, "refused"));
    }

    @Test
    void historyThatNobodyReadInTheEndIsNoProof() {
        Findings findings = HistoryCheck.check(List.of(read(1, 2, ""), done(Kind.SET, "a", 1, 4, "")));
        assertFalse(findings.violations().isEmpty());
    }

    @Test
    void historyThatIsKeptIsReadBackAsItWas(@TempDir Path folder) throws IOException {
        History history = new History();
        history.add(done(Kind.APPEND, "<1>", -5, 2, "3"));
        history.add(unknown(Kind.INCR, "", 3));
        history.add(read(7, 8, ""));
        history.write(folder.resolve("kept").resolve("h.tsv"));
        assertEquals(history.calls(), History.read(folder.resolve("kept").resolve("h.tsv")));
    }

    /** A mistake in a history of many clients. */
    private enum Mistake {
        LOST_WRITE,
        STALE_READ,
        DUPLICATED_INCREMENT
    }

    @ParameterizedTest
    @EnumSource
    void mistakeInALongHistoryOfManyClientsIsFound(Mistake mistake) {
        for (int seed = 0; seed < 20; seed++) {
            List<Call> history = recorded(mistake == Mistake.DUPLICATED_INCREMENT ? Kind.INCR : Kind.SET, seed);
            assertEquals(new Findings(0, 0, List.of()), HistoryCheck.check(history), "seed " + seed);
            int victim = 600 + new Random(seed).nextInt(100);
            Call last = history.get(history.size() - 1);
            switch (mistake) {
                case LOST_WRITE ->
                    history.set(
                            history.size() - 1,
                            read(
                                    last.called(),
                                    last.returned(),
                                    history.get(victim).value()));
                case STALE_READ ->
                    history.add(read(
                            last.called() - 2,
                            last.called() - 1,
                            history.get(victim).value()));
                case DUPLICATED_INCREMENT -> {
                    for (int i = victim; i < history.size(); i++) {
                        Call call = history.get(i);
                        String output = "" + (Long.parseLong(call.output()) + 1);
                        history.set(i, done(call.kind(), "", call.called(), call.returned(), output));
                    }
                }
            }
            Findings findings = HistoryCheck.check(history);
            assertTrue(
                    findings.violations().stream().anyMatch(violation -> violation.contains("NOT_LINEARIZABLE")),
                    "seed " + seed + " " + findings.violations());
            assertEquals(mistake == Mistake.LOST_WRITE, findings.lost() > 0, "seed " + seed);
            assertEquals(mistake == Mistake.STALE_READ ? 1 : 0, findings.stale(), "seed " + seed);
        }
    }

    /** A thousand writes that overlap with their neighbours and take effect in their middle, and a read of the last. */
    private static List<Call> recorded(Kind kind, int seed) {
        Random random = new Random(seed);
        List<Call> history = new ArrayList<>();
        for (int i = 1; i <= 1_000; i++) {
            long at = i * 10L;
            long called = at - 1 - random.nextInt(40);
            long returned = at + 1 + random.nextInt(40);
            history.add(
                    kind == Kind.INCR
                            ? done(kind, "", called, returned, "" + i)
                            : done(kind, "v" + i, called, returned, ""));
        }
        history.add(read(20_000, 20_001, kind == Kind.INCR ? "1000" : "v1000"));
        return history;
    }
}
