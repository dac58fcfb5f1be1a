package dev.huck.raft.api;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a node is opened. Immutable; every option has a default that is safe for a stranger.
 *
 * <p>What belongs to the cluster (durability, timing) is taken from its configuration by a node that joins; a differing
 * option is reported and ignored.
 */
public final class Options {
    private final Builder values;

    private Options(Builder values) {
        this.values = values;
    }

    /**
     * Starts from the defaults.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts from these options.
     *
     * @return a builder
     */
    public Builder toBuilder() {
        return new Builder(values);
    }

    /** @return the node's own directory; default {@code data} */
    public Path directory() {
        return values.directory;
    }

    /** @return host:port to listen on; default {@code 127.0.0.1:7481}; port 0 takes a free one */
    public String address() {
        return values.address;
    }

    /** @return host:port at which others reach this node; default: the address */
    public Optional<String> advertise() {
        return Optional.ofNullable(values.advertise);
    }

    /**
     * @return the node's id, 1 to 255 characters without white space; default: the advertised address at the first start,
     *     stored and kept
     */
    public Optional<String> id() {
        return Optional.ofNullable(values.id);
    }

    /** @return host:port of any member of the cluster to join; empty: a new directory founds a cluster of its own */
    public Optional<String> join() {
        return Optional.ofNullable(values.join);
    }

    /** @return whether this node joins as a learner and stays one until it is promoted; default false */
    public boolean learner() {
        return values.learner;
    }

    /**
     * Whether a node that joins with an empty directory takes the place of a member with its id or its address: that
     * member's directory is lost, it is removed once it has been silent for the longest election timeout, and this node
     * comes in as a newcomer that votes when it has caught up. Without it such a node is refused by name, and somebody has
     * to remove the lost member first. It takes no effect where the directory is not empty.
     *
     * @return whether it does; default false
     */
    public boolean readmit() {
        return values.readmit;
    }

    /**
     * The newest version of the peer protocol that this node admits to: for upgrades node by node that may have to be
     * taken back.
     *
     * @return the version; default 0, the newest that the build knows
     */
    public int protocolMax() {
        return values.protocolMax;
    }

    /** @return the log store's name; default: what is on disk, else {@code lmdb}, else the only durable one */
    public Optional<String> backend() {
        return Optional.ofNullable(values.backend);
    }

    /** @return the engine's name; empty: the only one */
    public String engine() {
        return values.engine;
    }

    /** @return the transport's name; empty: the only one */
    public String transport() {
        return values.transport;
    }

    /** @return when a node's word counts; default {@link Durability#HIGH} */
    public Durability durability() {
        return values.durability;
    }

    /** @return how reads are answered unless they say otherwise; default {@link Consistency#HIGH} */
    public Consistency consistency() {
        return values.consistency;
    }

    /**
     * Whether a node that does not lead answers reads at {@link Consistency#MEDIUM} and {@link Consistency#HIGH} itself, having
     * asked the leader for a read index; both are then as {@code HIGH}.
     *
     * @return default false
     */
    public boolean followerReads() {
        return values.followerReads;
    }

    /**
     * Whether a node that does not lead forwards its clients' commands to the leader and passes the replies on, instead of
     * sending the clients there.
     *
     * @return default false
     */
    public boolean forward() {
        return values.forward;
    }

    /**
     * Whether the node watches its own invariants (election safety, append-only leaders, leader completeness, what is
     * committed stays, one change of the membership at a time, nothing that goes back) after every turn of its loop, and
     * ends with an error when one is broken, before anything of that turn leaves it.
     *
     * @return default false
     */
    public boolean checkInvariants() {
        return values.checkInvariants;
    }

    /** @return whether a bind to other than loopback is allowed although there is no authentication; default false */
    public boolean insecure() {
        return values.insecure;
    }

    /**
     * Whether this node, when it leads, has learners and, where there are none, followers send their snapshots to nodes
     * that need one, and does so itself only if they can't: its disk and network are spared. It takes effect once all
     * members speak version 2 of the peer protocol.
     *
     * @return default false
     */
    public boolean snapshotsFromMembers() {
        return values.snapshotsFromMembers;
    }

    /** @return how many bytes of snapshots this node sends a second, to all peers together; default 0, no bound */
    public long snapshotBytesPerSecond() {
        return values.snapshotBytesPerSecond;
    }

    /** @return who is told of what happens inside of the node; default nobody */
    public Optional<NodeListener> listener() {
        return Optional.ofNullable(values.listener);
    }

    /** @return how often a leader is heard; default 100 ms */
    public Duration heartbeat() {
        return values.heartbeat;
    }

    /** @return the shortest election timeout; default 600 ms, at least three heartbeats */
    public Duration electionTimeoutMin() {
        return values.electionTimeoutMin;
    }

    /** @return the longest election timeout; default 1,200 ms */
    public Duration electionTimeoutMax() {
        return values.electionTimeoutMax;
    }

    /** @return how long a request may stay without an answer before it is answered {@code UNKNOWN} or {@code BUSY}; 10 s */
    public Duration requestTimeout() {
        return values.requestTimeout;
    }

    /** @return how long joining is tried before giving up; default 30 s */
    public Duration joinTimeout() {
        return values.joinTimeout;
    }

    /** @return log bytes after which a snapshot is taken; default 64 MiB */
    public long snapshotEveryBytes() {
        return values.snapshotEveryBytes;
    }

    /** @return snapshots kept; default 2 */
    public int snapshotsKept() {
        return values.snapshotsKept;
    }

    /** @return log bytes kept behind a snapshot for followers that lag; default 16 MiB */
    public long logTailBytes() {
        return values.logTailBytes;
    }

    /**
     * How long a client session lives without a command, in the log's own time. Belongs to the cluster.
     *
     * @return default 1 hour; at most 10 years
     */
    public Duration sessionExpiry() {
        return values.sessionExpiry;
    }

    /**
     * How many client sessions there may be; one more evicts the one that has been idle the longest. Belongs to the cluster.
     *
     * @return default 10,000
     */
    public int maxSessions() {
        return values.maxSessions;
    }

    /**
     * Bytes of replies that a client session may leave unacknowledged before its further commands are refused; a longer
     * reply is given once and not kept for retries. Belongs to the cluster.
     *
     * @return default 256 KiB
     */
    public int sessionReplyBytes() {
        return values.sessionReplyBytes;
    }

    /**
     * Bytes of all client sessions together; more evicts those that have been idle the longest. Belongs to the cluster.
     *
     * @return default 64 MiB
     */
    public long sessionTotalBytes() {
        return values.sessionTotalBytes;
    }

    /**
     * Memory for commands under way. An engine takes less where the heap is small: an eighth of it.
     *
     * @return bytes that they may take before more are answered {@code BUSY}; default 256 MiB
     */
    public long memoryBudgetBytes() {
        return values.memoryBudgetBytes;
    }

    /** @return the longest command in bytes; default 64 MiB */
    public int maxCommandBytes() {
        return values.maxCommandBytes;
    }

    /** @return the most arguments of a command; default 1,048,576 */
    public int maxArguments() {
        return values.maxArguments;
    }

    /** @return the most client connections; default 10,000 */
    public int maxConnections() {
        return values.maxConnections;
    }

    /** @return bytes of replies that a client may leave unread before it is disconnected; default 64 MiB */
    public long maxOutputBytes() {
        return values.maxOutputBytes;
    }

    /** @return how long a client may stay idle; zero: for ever, the default */
    public Duration idleTimeout() {
        return values.idleTimeout;
    }

    /** @return how long a command may stay half sent; default 60 s */
    public Duration partialCommandTimeout() {
        return values.partialCommandTimeout;
    }

    /** Collects options. */
    public static final class Builder {
        private static final int MAX_ID_LENGTH = 255;

        private Path directory = Path.of("data");
        private String address = "127.0.0.1:7481";
        private @Nullable String advertise;
        private @Nullable String id;
        private @Nullable String join;
        private boolean learner;
        private boolean readmit;
        private int protocolMax;
        private @Nullable String backend;
        private String engine = "";
        private String transport = "";
        private Durability durability = Durability.HIGH;
        private Consistency consistency = Consistency.HIGH;
        private boolean followerReads;
        private boolean forward;
        private boolean checkInvariants;
        private boolean insecure;
        private Duration heartbeat = Duration.ofMillis(100);
        private Duration electionTimeoutMin = Duration.ofMillis(600);
        private Duration electionTimeoutMax = Duration.ofMillis(1200);
        private Duration requestTimeout = Duration.ofSeconds(10);
        private Duration joinTimeout = Duration.ofSeconds(30);
        private long snapshotEveryBytes = 64L << 20;
        private int snapshotsKept = 2;
        private long logTailBytes = 16L << 20;
        private Duration sessionExpiry = Duration.ofHours(1);
        private int maxSessions = 10_000;
        private int sessionReplyBytes = 256 << 10;
        private long sessionTotalBytes = 64L << 20;
        private long memoryBudgetBytes = 256L << 20;
        private int maxCommandBytes = 64 << 20;
        private int maxArguments = 1 << 20;
        private int maxConnections = 10_000;
        private long maxOutputBytes = 64L << 20;
        private Duration idleTimeout = Duration.ZERO;
        private Duration partialCommandTimeout = Duration.ofSeconds(60);

        private @Nullable NodeListener listener;
        private long snapshotBytesPerSecond;
        private boolean snapshotsFromMembers;

        private Builder() {}

        private Builder(Builder other) {
            this.directory = other.directory;
            this.address = other.address;
            this.advertise = other.advertise;
            this.id = other.id;
            this.join = other.join;
            this.learner = other.learner;
            this.readmit = other.readmit;
            this.protocolMax = other.protocolMax;
            this.backend = other.backend;
            this.engine = other.engine;
            this.transport = other.transport;
            this.durability = other.durability;
            this.consistency = other.consistency;
            this.followerReads = other.followerReads;
            this.forward = other.forward;
            this.checkInvariants = other.checkInvariants;
            this.insecure = other.insecure;
            this.heartbeat = other.heartbeat;
            this.electionTimeoutMin = other.electionTimeoutMin;
            this.electionTimeoutMax = other.electionTimeoutMax;
            this.requestTimeout = other.requestTimeout;
            this.joinTimeout = other.joinTimeout;
            this.snapshotEveryBytes = other.snapshotEveryBytes;
            this.snapshotsKept = other.snapshotsKept;
            this.logTailBytes = other.logTailBytes;
            this.sessionExpiry = other.sessionExpiry;
            this.maxSessions = other.maxSessions;
            this.sessionReplyBytes = other.sessionReplyBytes;
            this.sessionTotalBytes = other.sessionTotalBytes;
            this.memoryBudgetBytes = other.memoryBudgetBytes;
            this.maxCommandBytes = other.maxCommandBytes;
            this.maxArguments = other.maxArguments;
            this.maxConnections = other.maxConnections;
            this.maxOutputBytes = other.maxOutputBytes;
            this.idleTimeout = other.idleTimeout;
            this.partialCommandTimeout = other.partialCommandTimeout;
            this.listener = other.listener;
            this.snapshotBytesPerSecond = other.snapshotBytesPerSecond;
            this.snapshotsFromMembers = other.snapshotsFromMembers;
        }

        /**
         * Sets {@link Options#listener}.
         *
         * @param value the value
         * @return this
         */
        public Builder listener(NodeListener value) {
            this.listener = value;
            return this;
        }

        /**
         * Sets {@link Options#snapshotBytesPerSecond}.
         *
         * @param value at least 0
         * @return this
         */
        public Builder snapshotBytesPerSecond(long value) {
            if (value < 0) {
                throw new IllegalArgumentException("snapshots can't be sent at " + value + " bytes a second");
            }
            this.snapshotBytesPerSecond = value;
            return this;
        }

        /**
         * Sets {@link Options#snapshotsFromMembers}.
         *
         * @param value the value
         * @return this
         */
        public Builder snapshotsFromMembers(boolean value) {
            this.snapshotsFromMembers = value;
            return this;
        }

        /**
         * Sets {@link Options#directory}.
         *
         * @param value the value
         * @return this
         */
        public Builder directory(Path value) {
            this.directory = value;
            return this;
        }

        /**
         * Sets {@link Options#address}.
         *
         * @param value the value
         * @return this
         */
        public Builder address(String value) {
            this.address = value;
            return this;
        }

        /**
         * Sets {@link Options#advertise}.
         *
         * @param value the value
         * @return this
         */
        public Builder advertise(String value) {
            this.advertise = value;
            return this;
        }

        /**
         * Sets {@link Options#id}.
         *
         * @param value the value
         * @return this
         */
        public Builder id(String value) {
            this.id = value;
            return this;
        }

        /**
         * Sets {@link Options#join}.
         *
         * @param value the value
         * @return this
         */
        public Builder join(String value) {
            this.join = value;
            return this;
        }

        /**
         * Sets {@link Options#backend}.
         *
         * @param value the value
         * @return this
         */
        public Builder backend(String value) {
            this.backend = value;
            return this;
        }

        /**
         * Sets {@link Options#engine}.
         *
         * @param value the value
         * @return this
         */
        public Builder engine(String value) {
            this.engine = value;
            return this;
        }

        /**
         * Sets {@link Options#transport}.
         *
         * @param value the value
         * @return this
         */
        public Builder transport(String value) {
            this.transport = value;
            return this;
        }

        /**
         * Sets {@link Options#durability}.
         *
         * @param value the value
         * @return this
         */
        public Builder durability(Durability value) {
            this.durability = value;
            return this;
        }

        /**
         * Sets {@link Options#consistency}.
         *
         * @param value the value
         * @return this
         */
        public Builder consistency(Consistency value) {
            this.consistency = value;
            return this;
        }

        /**
         * Sets {@link Options#followerReads}.
         *
         * @param value the value
         * @return this
         */
        public Builder followerReads(boolean value) {
            this.followerReads = value;
            return this;
        }

        /**
         * Sets {@link Options#forward}.
         *
         * @param value the value
         * @return this
         */
        public Builder forward(boolean value) {
            this.forward = value;
            return this;
        }

        /**
         * Sets {@link Options#checkInvariants}.
         *
         * @param value the value
         * @return this
         */
        public Builder checkInvariants(boolean value) {
            this.checkInvariants = value;
            return this;
        }

        /**
         * Sets {@link Options#insecure}.
         *
         * @param value the value
         * @return this
         */
        public Builder insecure(boolean value) {
            this.insecure = value;
            return this;
        }

        /**
         * Sets {@link Options#heartbeat}.
         *
         * @param value the value
         * @return this
         */
        public Builder heartbeat(Duration value) {
            this.heartbeat = value;
            return this;
        }

        /**
         * Sets {@link Options#electionTimeoutMin}.
         *
         * @param value the value
         * @return this
         */
        public Builder electionTimeoutMin(Duration value) {
            this.electionTimeoutMin = value;
            return this;
        }

        /**
         * Sets {@link Options#electionTimeoutMax}.
         *
         * @param value the value
         * @return this
         */
        public Builder electionTimeoutMax(Duration value) {
            this.electionTimeoutMax = value;
            return this;
        }

        /**
         * Sets {@link Options#requestTimeout}.
         *
         * @param value the value
         * @return this
         */
        public Builder requestTimeout(Duration value) {
            this.requestTimeout = value;
            return this;
        }

        /**
         * Sets {@link Options#learner}.
         *
         * @param value the option
         * @return this
         */
        public Builder learner(boolean value) {
            this.learner = value;
            return this;
        }

        /**
         * Sets {@link Options#readmit}.
         *
         * @param value the option
         * @return this
         */
        public Builder readmit(boolean value) {
            this.readmit = value;
            return this;
        }

        /**
         * Sets {@link Options#protocolMax}.
         *
         * @param value the option
         * @return this
         */
        public Builder protocolMax(int value) {
            this.protocolMax = value;
            return this;
        }

        /**
         * Sets {@link Options#joinTimeout}.
         *
         * @param value the value
         * @return this
         */
        public Builder joinTimeout(Duration value) {
            this.joinTimeout = value;
            return this;
        }

        /**
         * Sets {@link Options#snapshotEveryBytes}.
         *
         * @param value the value
         * @return this
         */
        public Builder snapshotEveryBytes(long value) {
            this.snapshotEveryBytes = value;
            return this;
        }

        /**
         * Sets {@link Options#snapshotsKept}.
         *
         * @param value the value
         * @return this
         */
        public Builder snapshotsKept(int value) {
            this.snapshotsKept = value;
            return this;
        }

        /**
         * Sets {@link Options#logTailBytes}.
         *
         * @param value the value
         * @return this
         */
        public Builder logTailBytes(long value) {
            this.logTailBytes = value;
            return this;
        }

        /**
         * Sets {@link Options#sessionExpiry}.
         *
         * @param value the value
         * @return this
         */
        public Builder sessionExpiry(Duration value) {
            this.sessionExpiry = value;
            return this;
        }

        /**
         * Sets {@link Options#maxSessions}.
         *
         * @param value the value
         * @return this
         */
        public Builder maxSessions(int value) {
            this.maxSessions = value;
            return this;
        }

        /**
         * Sets {@link Options#sessionReplyBytes}.
         *
         * @param value the value
         * @return this
         */
        public Builder sessionReplyBytes(int value) {
            this.sessionReplyBytes = value;
            return this;
        }

        /**
         * Sets {@link Options#sessionTotalBytes}.
         *
         * @param value the value
         * @return this
         */
        public Builder sessionTotalBytes(long value) {
            this.sessionTotalBytes = value;
            return this;
        }

        /**
         * Sets {@link Options#memoryBudgetBytes}.
         *
         * @param value the value
         * @return this
         */
        public Builder memoryBudgetBytes(long value) {
            this.memoryBudgetBytes = value;
            return this;
        }

        /**
         * Sets {@link Options#maxCommandBytes}.
         *
         * @param value the value
         * @return this
         */
        public Builder maxCommandBytes(int value) {
            this.maxCommandBytes = value;
            return this;
        }

        /**
         * Sets {@link Options#maxArguments}.
         *
         * @param value the value
         * @return this
         */
        public Builder maxArguments(int value) {
            this.maxArguments = value;
            return this;
        }

        /**
         * Sets {@link Options#maxConnections}.
         *
         * @param value the value
         * @return this
         */
        public Builder maxConnections(int value) {
            this.maxConnections = value;
            return this;
        }

        /**
         * Sets {@link Options#maxOutputBytes}.
         *
         * @param value the value
         * @return this
         */
        public Builder maxOutputBytes(long value) {
            this.maxOutputBytes = value;
            return this;
        }

        /**
         * Sets {@link Options#idleTimeout}.
         *
         * @param value the value
         * @return this
         */
        public Builder idleTimeout(Duration value) {
            this.idleTimeout = value;
            return this;
        }

        /**
         * Sets {@link Options#partialCommandTimeout}.
         *
         * @param value the value
         * @return this
         */
        public Builder partialCommandTimeout(Duration value) {
            this.partialCommandTimeout = value;
            return this;
        }

        /**
         * Checks the options against each other.
         *
         * @return the options
         * @throws HuckException.StartFailed when they contradict each other
         */
        public Options build() {
            check(heartbeat.toNanos() > 0, "heartbeat must be positive");
            check(
                    electionTimeoutMin.compareTo(heartbeat.multipliedBy(3)) >= 0,
                    "electionTimeoutMin must be at least three heartbeats");
            check(
                    electionTimeoutMax.compareTo(electionTimeoutMin) > 0,
                    "electionTimeoutMax must be longer than electionTimeoutMin");
            check(snapshotsKept >= 1, "snapshotsKept must be at least 1");
            check(maxCommandBytes >= 1024 && maxCommandBytes <= 512 << 20, "maxCommandBytes must be 1 KiB to 512 MiB");
            check(memoryBudgetBytes >= 1 << 20, "memoryBudgetBytes must be at least 1 MiB");
            check(maxConnections >= 1, "maxConnections must be at least 1");
            check(
                    sessionExpiry.compareTo(Duration.ZERO) > 0 && sessionExpiry.toDays() <= 3652,
                    "sessionExpiry must be positive and at most 10 years");
            check(maxSessions >= 1, "maxSessions must be at least 1");
            check(sessionReplyBytes >= 0, "sessionReplyBytes must not be negative");
            check(sessionTotalBytes >= 0, "sessionTotalBytes must not be negative");
            check(protocolMax >= 0, "protocolMax is a version of the protocol, or 0 for the newest");
            check(join == null || !join.equals(advertise == null ? address : advertise), "a node can't join itself");
            check(
                    id == null || isName(id),
                    "id must have 1 to " + MAX_ID_LENGTH + " characters, none of them white space");
            return new Options(new Builder(this));
        }

        private static boolean isName(String id) {
            return !id.isEmpty()
                    && id.length() <= MAX_ID_LENGTH
                    && id.chars().noneMatch(c -> Character.isWhitespace(c) || Character.isISOControl(c));
        }

        private static void check(boolean holds, String message) {
            if (!holds) {
                throw new HuckException.StartFailed("ERR " + message, null);
            }
        }
    }
}
