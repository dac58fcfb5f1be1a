package dev.huck.raft.testkit.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.huck.raft.api.Consistency;
import dev.huck.raft.core.check.CommittedLog;
import dev.huck.raft.core.check.Report;
import dev.huck.raft.testkit.check.ClientOperation.Kind;
import dev.huck.raft.testkit.check.ClientOperation.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExactlyOnceCheckTest {
    private final List<String> found = new ArrayList<>();
    private final Report report = (invariant, message) -> found.add(invariant);

    /** A session's operations have the ids 1, 2, 3, …; the log has these ids, in this order. */
    private void check(List<Outcome> outcomes, long... log) {
        CommittedLog committed = new CommittedLog();
        AppliedHistory history = new AppliedHistory(report, committed);
        for (int i = 0; i < log.length; i++) {
            committed.add(i + 1, 1);
            history.applied(i, AppliedHistory.position(i + 1, 0), log[i], i);
        }
        List<ClientOperation> numbered = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            ClientOperation operation =
                    new ClientOperation(numbered.size() + 1, 1, Kind.INCR, 0, 0, Consistency.HIGH, 0);
            operation.outcome = outcome;
            numbered.add(operation);
        }
        new ExactlyOnce(report, history).check(numbered);
    }

    private void expect(String... violations) {
        assertEquals(List.of(violations), found);
    }

    @Test
    void whatIsUnknownMayBeThereOrNot() {
        check(List.of(Outcome.DONE, Outcome.UNKNOWN, Outcome.UNKNOWN), 1, 2);
        expect();
    }

    @Test
    void acknowledgedAndMissingIsSeen() {
        check(List.of(Outcome.DONE, Outcome.DONE), 1);
        expect("exactly once");
    }

    @Test
    void refusedAndThereIsSeen() {
        check(List.of(Outcome.REFUSED), 1);
        expect("exactly once");
    }

    @Test
    void gapIsSeen() {
        check(List.of(Outcome.DONE, Outcome.UNKNOWN, Outcome.UNKNOWN), 1, 3);
        expect("exactly once");
    }

    @Test
    void wrongOrderIsSeen() {
        check(List.of(Outcome.DONE, Outcome.DONE), 2, 1);
        expect("exactly once");
    }

    @Test
    void twiceIsSeen() {
        check(List.of(Outcome.DONE, Outcome.DONE), 1, 2, 1);
        expect("state machine safety");
    }
}
