package dev.huck.example.clone.campaign;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What a campaign does to a cluster. */
enum FaultKind {
    KILL_LEADER("kill -9 of the leader"),
    KILL_FOLLOWER("kill -9 of another node"),
    KILL_MINORITY("kill -9 of as many nodes as the cluster can do without, at once, the leader among them"),
    KILL_ALL("kill -9 of all nodes, one right after the other"),
    PAUSE_LEADER("SIGSTOP of the leader for longer than an election takes, then SIGCONT"),
    PAUSE_FOLLOWERS("the same to as many others as the cluster can do without"),
    ISOLATE_LEADER("nobody but clients reaches the leader"),
    KILL_ISOLATED_LEADER("the same, and then kill -9 of it; it comes back with what it alone had"),
    HALVES("a minority, with the leader every other time, and the rest do not reach each other"),
    BRIDGE("two halves that do not reach each other, and one node that reaches both"),
    ADD("a node joins, then another one leaves"),
    REPLACE("a node is replaced by a new one, in one step"),
    DEMOTE("a voter becomes a learner, and votes again"),
    KILL_DURING_REPLACE("kill -9 of the leader while a node is being replaced");

    private final String about;

    FaultKind(String about) {
        this.about = about;
    }

    String about() {
        return about;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    boolean isPartition() {
        return this == ISOLATE_LEADER || this == KILL_ISOLATED_LEADER || this == HALVES || this == BRIDGE;
    }

    /** Whether the time until the next write says how long the loss of a leader by a kill is felt. */
    boolean isLeadersDeath() {
        return this == KILL_LEADER || this == KILL_MINORITY;
    }

    /** Those of a list with commas, or all. */
    static Set<FaultKind> parse(String list) {
        if (list.equals("all")) {
            return EnumSet.allOf(FaultKind.class);
        }
        Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
        for (String label : list.split(",")) {
            kinds.add(Arrays.stream(values())
                    .filter(kind -> kind.label().equals(label.trim()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "there is no fault '" + label + "': there are all, " + labels(List.of(values())))));
        }
        return kinds;
    }

    static String labels(Iterable<FaultKind> kinds) {
        return java.util.stream.StreamSupport.stream(kinds.spliterator(), false)
                .map(FaultKind::label)
                .collect(Collectors.joining(","));
    }
}
