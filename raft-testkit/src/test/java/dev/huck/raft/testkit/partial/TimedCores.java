package dev.huck.raft.testkit.partial;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Configuration.Settings;
import dev.huck.raft.core.consensus.Limits;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Member.Versions;
import dev.huck.raft.core.consensus.Member.Voting;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.testkit.core.CoreHost;
import dev.huck.raft.testkit.core.Durable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/** Cores with one virtual clock, messages that take up to a tenth of an election timeout, and links that can be cut. */
final class TimedCores {
    static final long MILLIS = 1_000_000L;
    /** The longest election timeout: what "an election timeout" means in what is promised. */
    static final long TIMEOUT = 1200 * MILLIS;

    private static final Settings SETTINGS = new Settings(Durability.HIGH, 100 * MILLIS, 600 * MILLIS, TIMEOUT, 100);
    private static final Limits LIMITS =
            new Limits(4096, 64 << 10, 64, 1 << 20, 1 << 20, 1 << 20, Long.MAX_VALUE, 0, 1 << 20);
    private static final long SLOWEST = SETTINGS.electionMinNanos() / 10;
    private static final long STEP = 5 * MILLIS;

    final List<CoreHost> hosts = new ArrayList<>();
    private final PriorityQueue<Travelling> network =
            new PriorityQueue<>(Comparator.comparingLong(Travelling::arrives).thenComparingLong(Travelling::number));
    private final SplittableRandom random;
    private Links links;
    private long now = 1_000_000 * MILLIS;
    private long numbers;
    private int changes;
    private int lastLeader = -1;
    private long lastTerm;

    private record Travelling(long arrives, long number, Message message) {}

    TimedCores(int nodes, long seed) {
        random = new SplittableRandom(seed);
        links = Links.all(nodes);
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            members.add(new Member(i + 1, "n" + (i + 1), "n" + (i + 1) + ":1", Voting.VOTER, Versions.CURRENT));
        }
        Configuration configuration = new Configuration(0, members, SETTINGS);
        for (int i = 0; i < nodes; i++) {
            hosts.add(new CoreHost(i + 1, Durable.empty(configuration), LIMITS, random.split(), now, effect -> {}));
        }
    }

    void links(Links newLinks) {
        links = newLinks;
    }

    long now() {
        return now;
    }

    /** How often a node has begun to lead since this was last asked. */
    int changes() {
        int seen = changes;
        changes = 0;
        return seen;
    }

    long highestTerm() {
        return hosts.stream().mapToLong(host -> host.raft().term()).max().orElseThrow();
    }

    /** The leader of the highest term that has one, if a quorum follows it; -1 if there is none. */
    int leader() {
        int best = -1;
        for (int i = 0; i < hosts.size(); i++) {
            boolean leads = hosts.get(i).raft().role() == Role.LEADER;
            if (leads
                    && (best < 0
                            || hosts.get(i).raft().term()
                                    > hosts.get(best).raft().term())) {
                best = i;
            }
        }
        return best;
    }

    /** Whether there is a leader that can commit. */
    boolean commits() {
        int leader = leader();
        return leader >= 0
                && links.isQuorumConnected(leader)
                && hosts.get(leader).raft().termAt(hosts.get(leader).raft().commitIndex())
                        == hosts.get(leader).raft().term();
    }

    void propose(int node) {
        step(node, host -> host.propose(++numbers, "c" + numbers));
    }

    void run(long nanos) {
        for (long end = now + nanos; now < end; ) {
            now += STEP;
            while (!network.isEmpty() && network.peek().arrives <= now) {
                Message message = network.remove().message;
                if (links.reaches((int) message.from() - 1, (int) message.to() - 1)) {
                    step((int) message.to() - 1, host -> host.receive(message));
                }
            }
            for (int i = 0; i < hosts.size(); i++) {
                if (now >= hosts.get(i).raft().deadline()) {
                    step(i, CoreHost::tick);
                }
            }
            int leader = leader();
            if (leader >= 0 && (leader != lastLeader || hosts.get(leader).raft().term() != lastTerm)) {
                changes++;
                lastLeader = leader;
                lastTerm = hosts.get(leader).raft().term();
            }
        }
    }

    /** Runs until a leader can commit; gives how long that took, or -1 if it is not so within the time. */
    long runUntilLed(long nanos) {
        long begin = now;
        while (now - begin < nanos) {
            run(STEP);
            if (commits()) {
                return now - begin;
            }
        }
        return -1;
    }

    /** Lets a node lead a cluster that is whole, with everything replicated. */
    void elect(int node) {
        for (int budget = 200; budget > 0; budget--) {
            run(2 * TIMEOUT);
            int leader = leader();
            if (leader == node && commits()) {
                run(TIMEOUT);
                return;
            }
            if (leader >= 0) {
                // Whoever leads is heard by nobody for a while.
                int silent = leader;
                StringBuilder pairs = new StringBuilder();
                for (int i = 0; i < hosts.size(); i++) {
                    for (int j = i + 1; j < hosts.size(); j++) {
                        if (i != silent && j != silent) {
                            pairs.append(pairs.isEmpty() ? "" : " ")
                                    .append(i + 1)
                                    .append('-')
                                    .append(j + 1);
                        }
                    }
                }
                links(Links.of(hosts.size(), pairs.toString()));
                run(2 * TIMEOUT);
                links(Links.all(hosts.size()));
            }
        }
        throw new AssertionError("n" + (node + 1) + " never leads");
    }

    private void step(int node, java.util.function.Consumer<CoreHost> what) {
        CoreHost host = hosts.get(node);
        host.advance(now - host.now());
        what.accept(host);
        while (!host.unwritten().isEmpty()) {
            host.write();
        }
        for (Message message : host.sent()) {
            network.add(new Travelling(now + random.nextLong(SLOWEST), ++numbers, message));
        }
    }
}
