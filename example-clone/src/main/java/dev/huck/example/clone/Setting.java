package dev.huck.example.clone;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What can be set, by an option or by the environment: {@code --election-timeout-min} is
 * {@code HUCK_ELECTION_TIMEOUT_MIN}. The option wins.
 */
enum Setting {
    /** Port. */
    PORT("p", "port", "port for clients and peers; 0 takes a free one (7481)"),
    /** Address. */
    ADDR("a", "host[:port]", "address to listen on (127.0.0.1:7481)"),
    /** Advertised address. */
    ADVERTISE("", "host:port", "address at which others reach this node (the address)"),
    /** Node id. */
    ID("n", "id", "the node's id (its advertised address at the first start; kept)"),
    /** Directory. */
    DIR("d", "directory", "the node's own directory (data)"),
    /** Member to join. */
    JOIN("j", "[host:]port", "any member of the cluster to join; a bare port is on this machine"),
    /** Joins as a learner. */
    LEARNER("", "", "join as a learner: a copy that does not vote, until RAFT PROMOTE"),
    /** Takes a lost member's place. */
    READMIT("", "", "with an empty directory, take the place of the silent member that has this id or address"),
    /** Log store. */
    BACKEND("", "name", "log store: " + Setting.BACKENDS + " (what is on disk, else lmdb)"),
    /** Durability. */
    DURABILITY("", "level", "when a write counts: low, medium, high (high)"),
    /** Consistency. */
    CONSISTENCY("", "level", "what a read may miss: low, medium, high (high)"),
    /** Linearizable reads on followers. */
    FOLLOWER_READS("", "", "a node that does not lead answers reads itself, having asked the leader"),
    /** Forwarding of commands. */
    FORWARD("", "", "a node that does not lead forwards commands to the leader, instead of answering TRY"),
    /** Invariants at runtime. */
    CHECK_INVARIANTS("", "", "watch the engine's own invariants, and stop when one is broken"),
    /** Log level. */
    LOGLEVEL("l", "level", "quiet, warning, notice, verbose, debug (notice)"),
    /** Unprotected bind. */
    INSECURE("", "", "listen on other than loopback although there is no authentication"),
    /** Heartbeat. */
    HEARTBEAT("", "time", "how often a leader is heard (100ms)"),
    /** Shortest election timeout. */
    ELECTION_TIMEOUT_MIN("", "time", "shortest election timeout, at least three heartbeats (600ms)"),
    /** Longest election timeout. */
    ELECTION_TIMEOUT_MAX("", "time", "longest election timeout (1200ms)"),
    /** Request timeout. */
    REQUEST_TIMEOUT("", "time", "how long a command may stay without an answer (10s)"),
    /** Join timeout. */
    JOIN_TIMEOUT("", "time", "how long joining is tried (30s)"),
    /** Newest protocol that is admitted to. */
    PROTOCOL_MAX("", "version", "newest version of the peer protocol to use, for upgrades (the newest known)"),
    /** Log size that triggers a snapshot. */
    SNAPSHOT_EVERY("", "size", "log size after which a snapshot is taken (64mb)"),
    /** Snapshots kept. */
    SNAPSHOTS_KEPT("", "number", "snapshots kept (2)"),
    /** Who sends snapshots. */
    SNAPSHOTS_FROM_MEMBERS("", "", "a leader has learners and followers send snapshots to nodes that need one"),
    /** How fast snapshots are sent. */
    SNAPSHOT_RATE("", "size", "snapshot bytes that this node sends a second (no bound)"),
    /** Log kept behind a snapshot. */
    LOG_TAIL("", "size", "log kept behind a snapshot for nodes that lag (16mb)"),
    /** Memory for commands under way. */
    MEMORY_BUDGET("", "size", "memory for commands under way (256mb)"),
    /** How long a session lives unused. */
    SESSION_EXPIRY("", "time", "how long a client session lives without a command; of a new cluster (1h)"),
    /** Most sessions. */
    MAX_SESSIONS("", "number", "most client sessions; of a new cluster (10000)"),
    /** Replies of one session. */
    SESSION_REPLY_BYTES("", "size", "replies that a session may leave unacknowledged; of a new cluster (256kb)"),
    /** All sessions. */
    SESSION_TOTAL_BYTES("", "size", "memory of all client sessions; of a new cluster (64mb)"),
    /** Longest command. */
    MAX_COMMAND("", "size", "longest command (64mb)"),
    /** Most arguments. */
    MAX_ARGUMENTS("", "number", "most arguments of a command (1048576)"),
    /** Most connections. */
    MAX_CONNECTIONS("", "number", "most client connections (10000)"),
    /** Most unread replies. */
    MAX_OUTPUT("", "size", "replies that a client may leave unread (64mb)"),
    /** Idle time. */
    IDLE_TIMEOUT("", "time", "how long a client may be idle; 0 for ever (0)"),
    /** Half-sent command. */
    PARTIAL_COMMAND_TIMEOUT("", "time", "how long a command may stay half sent (60s)");

    /** Stands in the help for the names of the log stores that are there. */
    static final String BACKENDS = "{backends}";

    private final String letter;
    private final String label;
    private final String help;

    Setting(String letter, String label, String help) {
        this.letter = letter;
        this.label = label;
        this.help = help;
    }

    /** The option's long name. */
    String option() {
        return "--" + longName();
    }

    /** The environment variable. */
    String variable() {
        return "HUCK_" + name();
    }

    /** As {@code Options} spells it. */
    String property() {
        StringBuilder property = new StringBuilder();
        for (String word : longName().split("-")) {
            property.append(
                    property.isEmpty() ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
        }
        return property.toString();
    }

    /** What stands for the value in the help; empty for a flag, which takes none. */
    String label() {
        return label;
    }

    String help() {
        return help;
    }

    /** The names that the help shows. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        if (!letter.isEmpty()) {
            names.add("-" + letter);
        }
        names.add(option());
        return names;
    }

    /** The names that are understood: with a single dash too, as Finn spells them. */
    List<String> spellings() {
        List<String> spellings = names();
        spellings.add("-" + longName());
        return spellings;
    }

    /** All options, to tell somebody who mistyped one. */
    static String all() {
        return Arrays.stream(values()).map(Setting::option).collect(Collectors.joining(", ")) + ", --help, --version";
    }

    private String longName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
