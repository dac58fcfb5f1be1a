package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.Consistency;
import dev.huck.raft.testkit.check.Report;
import dev.huck.raft.testkit.linear.ListAppend;
import dev.huck.raft.testkit.linear.ListAppend.Step;
import java.util.ArrayList;
import java.util.List;

/** What clients of a {@link ListMachine} asked and were told, judged at the end. */
final class ListHistory implements StormClient.History {
    private final Report report;
    private final Consistency consistency;
    private final List<Step> steps = new ArrayList<>();

    ListHistory(Report report, Consistency consistency) {
        this.report = report;
        this.consistency = consistency;
    }

    @Override
    public void answered(Command command, long called, long returned, String answer) {
        boolean isPut = command.name().equals("put");
        String list = command.string(0);
        if (isPut) {
            steps.add(new Step(called, returned, list, command.string(1), null));
        } else {
            steps.add(
                    new Step(called, returned, list, null, answer.isEmpty() ? List.of() : List.of(answer.split(" "))));
        }
    }

    @Override
    public void unanswered(Command command, long called) {
        if (command.name().equals("put")) {
            steps.add(new Step(called, Long.MAX_VALUE, command.string(0), command.string(1), null));
        }
    }

    /** Reads at {@code LOW} are of some committed state: then the order of elements has to fit, and nothing else. */
    void judge() {
        String wrong = ListAppend.check(steps, consistency != Consistency.LOW);
        if (wrong != null) {
            report.violated("lists", wrong);
        }
    }
}
