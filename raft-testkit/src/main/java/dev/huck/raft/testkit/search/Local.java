package dev.huck.raft.testkit.search;

import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Effect;
import dev.huck.raft.testkit.core.CoreHost;
import dev.huck.raft.testkit.core.Durable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One node's state, and how it came about: the core itself is not kept, but built again by the same events when it is
 * needed. What follows on an event is remembered, so a core takes each step once, in however many worlds it happens.
 */
final class Local {
    final int number;
    final int node;
    /** The disk that it started with, and the steps since then, newest first. */
    final Durable start;

    final @Nullable Local before;
    final @Nullable Step step;

    final Row row;
    /** The same for two nodes that differ in their numbers only. */
    final long colour;

    // What the checks and the choice of the next event look at.
    final Role role;
    final boolean voter;
    final long term;
    final long commit;
    final Durable durable;
    final Configuration configuration;
    final int unwritten;
    final int unstored;
    /** Messages that wait for a write. */
    final int held;
    /** The log as the core has it, written or not. */
    final Durable log;

    final long[] contents;

    private final Map<Long, Outcome> outcomes = new HashMap<>();

    /**
     * What a step leads to.
     *
     * @param next the node's state; -1 if it broke something
     * @param sent messages that left
     * @param answeredRead the read that may be answered, or -1
     * @param answeredAt its index
     * @param violation what it broke, or null
     */
    record Outcome(int next, int[] sent, int answeredRead, long answeredAt, @Nullable String violation) {}

    Local(
            int number,
            int node,
            Durable start,
            @Nullable Local before,
            @Nullable Step step,
            CoreHost host,
            long[] tokens) {
        this.number = number;
        this.node = node;
        this.start = start;
        this.before = before;
        this.step = step;
        this.row = new Row(tokens);
        this.role = host.raft().role();
        this.voter = host.raft().configuration().isVoter(host.id());
        this.term = host.raft().term();
        this.commit = host.raft().commitIndex();
        this.configuration = host.raft().configuration();
        this.durable = host.durable();
        this.unwritten = host.unwritten().size();
        this.unstored = host.unstored().size();
        this.held = host.held().size();
        Durable whole = host.durable();
        for (Effect.Persist write : host.unwritten()) {
            whole = whole.after(write);
        }
        this.log = whole;
        this.contents = new long[whole.log().size()];
        for (int i = 0; i < contents.length; i++) {
            LogEntry entry = whole.log().get(i);
            contents[i] = Tokens.mix(entry.term() * 31 + Arrays.hashCode(entry.payload()));
        }
        this.colour = colour(host);
    }

    @Nullable
    Outcome known(long key) {
        return outcomes.get(key);
    }

    void learn(long key, Outcome outcome) {
        outcomes.put(key, outcome);
    }

    /** Equal for two nodes that differ in their numbers only; mostly different for others. */
    private long colour(CoreHost host) {
        long hash = Tokens.mix(role.name().length() + 8 * term + 64 * commit + 512L * unwritten + 4096L * unstored);
        hash = Tokens.mix(hash
                ^ durable.hardState().term()
                ^ 16L * whose(durable.hardState().vote(), host));
        hash = Tokens.mix(
                hash ^ whose(host.raft().vote(), host) ^ 16L * whose(host.raft().leader(), host));
        hash = Tokens.mix(hash ^ row.tokens.length);
        for (LogEntry entry : log.log()) {
            hash = Tokens.mix(hash ^ entry.term());
        }
        return hash;
    }

    private static int whose(long id, CoreHost host) {
        return id == 0 ? 0 : id == host.id() ? 1 : 2;
    }
}
