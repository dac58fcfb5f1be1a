package dev.huck.raft.testkit.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.core.consensus.Raft;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Bounds that are searched in seconds; {@code bin/huck-search} goes farther. */
class SearchTest {

    private static Search.Result search(Bounds bounds) {
        Search.Result result = new Search(bounds).run((depth, states, transitions, ofNodes) -> {});
        System.out.println(bounds + "\n  " + result.line());
        return result;
    }

    private static Bounds bounds(int terms, int crashes, int messages, boolean asynchronous, int[] features) {
        return new Bounds(
                3,
                3,
                terms,
                1,
                crashes,
                messages,
                false,
                0,
                asynchronous,
                features[0],
                features[1],
                features[2],
                features[3] > 0,
                0,
                0);
    }

    private static void isWholeAndClean(Bounds bounds, int leastStates) {
        Search.Result result = search(bounds);
        assertNull(result.violation(), () -> String.join("\n", result.transcript()));
        assertTrue(result.complete());
        assertTrue(result.states() > leastStates, result::line);
    }

    @Test
    void twoTermsAndACrashBreakNothing() {
        isWholeAndClean(bounds(2, 1, 2, false, new int[] {0, 0, 0, 0}), 5_000);
    }

    @Test
    void writesThatTakeTimeBreakNothing() {
        isWholeAndClean(bounds(1, 0, 2, true, new int[] {0, 0, 0, 0}), 500);
    }

    @Test
    void aChangeOfMembershipBreaksNothing() {
        isWholeAndClean(bounds(2, 0, 2, false, new int[] {1, 0, 0, 0}), 500);
    }

    @Test
    void aHandOverBreaksNothing() {
        isWholeAndClean(bounds(2, 0, 2, false, new int[] {0, 1, 0, 0}), 500);
    }

    @Test
    void aReadBreaksNothing() {
        isWholeAndClean(bounds(2, 0, 2, false, new int[] {0, 0, 1, 0}), 500);
    }

    @Test
    void aSnapshotOnItsWayBreaksNothing() {
        isWholeAndClean(bounds(2, 1, 2, false, new int[] {0, 0, 0, 1}), 500);
    }

    @Test
    void theSameBoundsHaveTheSameStates() {
        Bounds bounds = bounds(1, 1, 2, false, new int[] {0, 0, 0, 0});
        assertEquals(search(bounds), search(bounds));
    }

    /** A name that no field has any more makes more states of the same: the search grows, and nobody knows why. */
    @Test
    void everyFieldThatIsTreatedSpeciallyIsThere() throws ClassNotFoundException {
        List<String> missing = new ArrayList<>();
        for (Set<String> names : List.of(
                StateReader.IGNORED, StateReader.LOCAL, StateReader.ROUNDS, StateReader.SESSIONS, StateReader.WRITES)) {
            for (String name : new TreeSet<>(names)) {
                if (!exists(name)) {
                    missing.add(name);
                }
            }
        }
        assertEquals(List.of(), missing);
    }

    private static boolean exists(String name) {
        String type = name.substring(0, name.indexOf('.'));
        String field = name.substring(name.indexOf('.') + 1);
        return List.of("", "Membership$", "Message$", "Effect$", "RaftLog$").stream()
                .anyMatch(outer -> hasField(Raft.class.getPackageName() + "." + outer + type, field));
    }

    private static boolean hasField(String type, String field) {
        try {
            return Arrays.stream(Class.forName(type).getDeclaredFields())
                    .anyMatch(one -> one.getName().equals(field));
        } catch (ClassNotFoundException e) {
            return false; // It is in another place, or nowhere.
        }
    }
}
