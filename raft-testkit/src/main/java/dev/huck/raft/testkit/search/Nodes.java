package dev.huck.raft.testkit.search;

import dev.huck.raft.api.Durability;
import dev.huck.raft.core.consensus.Change;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Configuration.Settings;
import dev.huck.raft.core.consensus.Effect;
import dev.huck.raft.core.consensus.HardState;
import dev.huck.raft.core.consensus.Limits;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Member.Versions;
import dev.huck.raft.core.consensus.Member.Voting;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.testkit.core.CoreHost;
import dev.huck.raft.testkit.core.Durable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** All states in which a node was met, and what leads from one to another. */
final class Nodes {
    private static final long TIMEOUT = 1L << 40;
    /** Longer than an election timeout, so everything before is older than one. */
    private static final long JUMP = TIMEOUT + 1;
    /** A heartbeat is due whenever somebody wants one. */
    static final Settings SETTINGS = new Settings(Durability.HIGH, 0, TIMEOUT, TIMEOUT, 0);

    /** An entry a message, so that one may arrive without the next. */
    private static final Limits LIMITS =
            new Limits(1, 1 << 30, 64, 1 << 30, 1 << 30, 1 << 30, Long.MAX_VALUE, 0, 1 << 20);
    /** An election may be due at any time; who is first is the search's choice. */
    private static final RandomGenerator NO_CHANCE = () -> 0;

    private final boolean asynchronous;
    private final StateReader reader;
    private final List<Local> locals = new ArrayList<>();
    private final Map<Tokens.Identity, Local> byIdentity = new HashMap<>();
    private final List<Sent> messages = new ArrayList<>();
    private final Map<Tokens.Identity, Sent> messagesByIdentity = new HashMap<>();
    private long steps;

    Nodes(Bounds bounds) {
        this.asynchronous = bounds.asynchronous();
        this.reader = new StateReader(JUMP, bounds.reads() + bounds.changes() > 0);
    }

    static long id(int node) {
        return StateReader.IDS + node + 1;
    }

    static String name(long id) {
        return "n" + (id - StateReader.IDS);
    }

    static Member member(int node, Voting voting) {
        return new Member(id(node), name(id(node)), name(id(node)) + ":1", voting, Versions.CURRENT);
    }

    Local local(int number) {
        return locals.get(number);
    }

    Sent message(int number) {
        return messages.get(number);
    }

    int count() {
        return locals.size();
    }

    /** Steps that a core really took, replays not counted. */
    long steps() {
        return steps;
    }

    /** A node that starts. */
    Local.Outcome start(int node, Durable durable) {
        try {
            CoreHost host = host(node, durable, effect -> {});
            settle(host);
            return outcome(node, durable, null, null, host, new Watch());
        } catch (RuntimeException | AssertionError e) {
            return new Local.Outcome(-1, new int[0], -1, 0, String.valueOf(e));
        }
    }

    /** What follows when something happens to a node. */
    Local.Outcome step(Local from, Step step) {
        long key = step.code();
        Local.Outcome known = from.known(key);
        if (known == null) {
            known = step.kind() == Step.Kind.RESTART ? start(from.node, from.durable) : take(from, step);
            from.learn(key, known);
        }
        return known;
    }

    private Local.Outcome take(Local from, Step step) {
        Watch watch = new Watch();
        CoreHost host = replay(from, watch);
        watch.host = host;
        watch.begin();
        try {
            perform(host, step);
            settle(host);
            watch.written();
            return outcome(from.node, from.start, from, step, host, watch);
        } catch (RuntimeException | AssertionError e) {
            return new Local.Outcome(-1, new int[0], -1, 0, String.valueOf(e));
        }
    }

    /** The same step once more, with its effects told. */
    Local.Outcome again(Local from, Step step, List<Effect> effects) {
        Local.Outcome outcome = step(from, step);
        boolean[] telling = new boolean[1];
        if (step.kind() == Step.Kind.RESTART) {
            return outcome;
        }
        CoreHost host = replay(from, effect -> {
            if (telling[0]) {
                effects.add(effect);
            }
        });
        telling[0] = true;
        try {
            perform(host, step);
            settle(host);
        } catch (RuntimeException | AssertionError e) {
            return outcome; // It says so itself.
        }
        return outcome;
    }

    private static CoreHost host(int node, Durable durable, Consumer<Effect> observer) {
        return new CoreHost(id(node), durable, LIMITS, NO_CHANCE, StateReader.EPOCH, observer);
    }

    /** The core in a state, built by what led there. */
    CoreHost replay(Local state, Consumer<Effect> observer) {
        ArrayDeque<Step> path = new ArrayDeque<>();
        for (Local at = state; at.step != null && at.before != null; at = at.before) {
            path.addFirst(at.step);
        }
        CoreHost host = host(state.node, state.start, observer);
        settle(host);
        for (Step step : path) {
            perform(host, step);
            settle(host);
        }
        host.sent();
        return host;
    }

    private void settle(CoreHost host) {
        while (!asynchronous && !host.unwritten().isEmpty()) {
            host.write();
        }
    }

    private void perform(CoreHost host, Step step) {
        switch (step.kind()) {
            case DELIVER, REPEAT -> host.receive(message(step.argument()).message());
            case DELIVER_LATE -> {
                host.advance(JUMP);
                host.receive(message(step.argument()).message());
            }
            case TIMEOUT -> {
                host.advance(JUMP);
                host.tick();
            }
            case BEAT -> host.tick();
            case WRITTEN -> host.write();
            case STORED -> host.store();
            case PROPOSE -> host.propose(step.argument(), "c" + step.argument());
            case READ -> host.read(step.argument());
            case REMOVE -> host.change(step.argument(), Change.of(new Change.Remove(id(step.argument()))));
            case ADD ->
                host.change(step.argument(), Change.of(new Change.Add(member(step.argument(), Voting.NEWCOMER))));
            case TRANSFER -> host.transfer();
            case LOSE, RESTART -> throw new AssertionError("not a core's step: " + step);
        }
    }

    private Local.Outcome outcome(
            int node, Durable start, @Nullable Local before, @Nullable Step step, CoreHost host, Watch watch) {
        steps++;
        Tokens tokens = reader.read(
                host.id(),
                host.raft().term(),
                host.now(),
                host.raft(),
                host.durable(),
                host.unwritten(),
                host.held(),
                host.unstored());
        tokens.local(node);
        long[] row = tokens.finish();
        Tokens.Identity identity = tokens.identity();
        Local next = byIdentity.get(identity);
        if (next == null) {
            next = new Local(locals.size(), node, start, before, step, host, row);
            byIdentity.put(identity, next);
            locals.add(next);
        }
        List<Message> left = host.sent();
        left.forEach(message -> watch.leaves(host, message));
        int[] sent = left.stream().mapToInt(this::number).sorted().toArray();
        return new Local.Outcome(next.number, sent, watch.answeredRead, watch.answeredAt, watch.violation);
    }

    private int number(Message message) {
        Tokens tokens = reader.read(message.from(), message.term(), StateReader.EPOCH, message);
        long[] row = tokens.finish();
        Sent known = messagesByIdentity.get(tokens.identity());
        if (known == null) {
            boolean asks = message instanceof Message.PreVote || message instanceof Message.RequestVote;
            int to = (int) (message.to() - StateReader.IDS - 1);
            known = new Sent(messages.size(), message, new Row(row), to, asks);
            messagesByIdentity.put(tokens.identity(), known);
            messages.add(known);
        }
        return known.number();
    }

    /** Looks at what a node says about votes and reads, and at its disk. */
    private static final class Watch implements Consumer<Effect> {
        private @Nullable CoreHost host;
        private HardState hard = new HardState(0, 0);
        private @Nullable String violation;
        private int answeredRead = -1;
        private long answeredAt;

        void begin() {
            if (host != null) {
                hard = host.durable().hardState();
            }
        }

        @Override
        public void accept(Effect effect) {
            if (host == null) {
                return; // Of an earlier step.
            }
            if (effect instanceof Effect.Send send) {
                leaves(host, send.message());
            } else if (effect instanceof Effect.ReadReady ready) {
                answeredRead = (int) ready.batch();
                answeredAt = ready.index();
            } else if (effect instanceof Effect.Persist) {
                written();
            }
        }

        /** Term and vote on the disk: terms never fall, and a vote of a term is never another's. */
        void written() {
            if (host == null) {
                return;
            }
            HardState now = host.durable().hardState();
            if (now.term() < hard.term()
                    || (now.term() == hard.term() && hard.vote() != 0 && now.vote() != hard.vote())) {
                violation = "one vote a term: " + name(host.id()) + " replaces " + hard + " by " + now;
            }
            hard = now;
        }

        /** A vote leaves only when it is on the disk (Raft §5.2). */
        void leaves(CoreHost from, Message message) {
            long candidate = 0;
            if (message instanceof Message.VoteReply reply && reply.granted()) {
                candidate = reply.to();
            } else if (message instanceof Message.RequestVote ask) {
                candidate = ask.from();
            }
            HardState disk = from.durable().hardState();
            if (candidate != 0
                    && (disk.term() < message.term() || (disk.term() == message.term() && disk.vote() != candidate))) {
                violation =
                        "a vote is durable before it leaves: " + name(from.id()) + " votes in term " + message.term()
                                + " for " + name(candidate) + ", and its disk says term " + disk.term() + ", vote "
                                + (disk.vote() == 0 ? "nobody" : name(disk.vote()));
            }
        }
    }

    /** How clusters begin: empty logs in term 0, or the last node far behind the others. */
    List<Durable> beginning(Bounds bounds) {
        List<Member> members = new ArrayList<>();
        for (int node = 0; node < bounds.voters(); node++) {
            members.add(member(node, Voting.VOTER));
        }
        Configuration configuration = new Configuration(0, members, SETTINGS);
        List<Durable> disks = new ArrayList<>();
        for (int node = 0; node < bounds.nodes(); node++) {
            Durable disk =
                    Durable.empty(node < bounds.voters() ? configuration : new Configuration(0, List.of(), SETTINGS));
            disks.add(bounds.lagging() && node < bounds.nodes() - 1 ? Lagging.ahead(disk, configuration) : disk);
        }
        return disks;
    }
}
