package dev.huck.raft.testkit.search;

import dev.huck.raft.core.consensus.Effect;
import dev.huck.raft.testkit.core.CoreHost;
import dev.huck.raft.testkit.core.Describe;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Tells a way through worlds, event by event, as somebody would who watched. */
final class Transcript {
    private final Describe describe = new Describe(Nodes::name);
    private final Nodes nodes;
    private final int[] states;
    private final List<String> lines = new ArrayList<>();

    Transcript(Nodes nodes, World first) {
        this.nodes = nodes;
        this.states = first.nodes.clone();
    }

    List<String> of(List<Step> way, String end) {
        int number = 0;
        for (Step step : way) {
            tell(++number, step);
        }
        lines.add("=> " + end);
        return lines;
    }

    private void tell(int number, Step step) {
        String who = "n" + (step.node() + 1);
        lines.add(String.format(Locale.ROOT, "%3d %s %s", number, who, what(step)));
        if (step.kind() == Step.Kind.LOSE) {
            return;
        }
        Local from = nodes.local(states[step.node()]);
        List<Effect> effects = new ArrayList<>();
        Local.Outcome outcome = nodes.again(from, step, effects);
        effects.forEach(effect -> lines.add("        " + describe.effect(effect)));
        if (outcome.next() < 0) {
            return;
        }
        for (int message : outcome.sent()) {
            lines.add("        under way: "
                    + describe.message(nodes.message(message).message()));
        }
        states[step.node()] = outcome.next();
        CoreHost host = nodes.replay(nodes.local(outcome.next()), effect -> {});
        lines.add("        " + who + " is " + describe.state(host.raft(), host.durable()));
    }

    private String what(Step step) {
        String message = step.kind() == Step.Kind.LOSE || step.isDelivery()
                ? describe.message(nodes.message(step.argument()).message())
                : "";
        return switch (step.kind()) {
            case DELIVER -> "receives " + message;
            case DELIVER_LATE -> "receives, long after it last heard anything, " + message;
            case REPEAT -> "receives, not for the last time, " + message;
            case LOSE -> "never gets " + message;
            case TIMEOUT -> "waits for longer than an election timeout";
            case BEAT -> "has to send heartbeats";
            case WRITTEN -> "has written and synced what waited longest";
            case STORED -> "has stored a piece of the snapshot";
            case RESTART -> "dies and starts again";
            case PROPOSE -> "is asked to write c" + step.argument();
            case READ -> "is asked to read";
            case REMOVE -> "is asked to remove n" + (step.argument() + 1);
            case ADD -> "is asked to add n" + (step.argument() + 1);
            case TRANSFER -> "is asked to hand over";
        };
    }
}
