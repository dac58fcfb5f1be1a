package dev.huck.raft.core.node;

import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.ReadOptions;
import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.ClientConnection;
import dev.huck.raft.api.spi.ReplySink;
import dev.huck.raft.core.consensus.Forwarding;
import dev.huck.raft.core.consensus.Forwarding.Answer;
import dev.huck.raft.core.consensus.Forwarding.Item;
import dev.huck.raft.core.consensus.Raft;
import dev.huck.raft.core.env.Environment;
import dev.huck.raft.core.env.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The leader's end of the links on which followers forward commands: takes each command once, in its place, in the term that
 * the link is of, and gives each of the followers' connections a session here, so that order is kept as for a client of its
 * own. Loop stage; sessions are fed on a stage of their own.
 */
final class ForwardServer {
    /** Sessions without anything under way that a link keeps. */
    private static final int MOST_IDLE = 64;

    /** By their codes on the wire: never reordered. */
    static final List<Consistency> LEVELS = List.of(Consistency.LOW, Consistency.MEDIUM, Consistency.HIGH);

    private final Environment environment;
    private final Raft raft;
    private final Sessions sessions;
    private final Consumer<Forwarding> send;
    private final Consumer<Runnable> turns;
    private final Map<Long, Link> links = new HashMap<>();
    private @Nullable Stage feeder;

    /** Makes sessions. */
    interface Sessions {
        ClientSession open(ClientConnection connection, long term);
    }

    /** One follower's newest link. */
    private final class Link {
        final long peer;
        final long id;
        final long nonce;
        final long term;
        long taken;
        boolean closed;
        /** The feeder's. */
        final Map<Long, Remote> remotes = new HashMap<>();

        Link(long peer, long nonce) {
            this.peer = peer;
            this.nonce = nonce;
            this.id = environment.random().nextLong() | 1;
            this.term = raft.term();
        }
    }

    /** A client's connection to another node, as far as this one sees it. */
    private final class Remote implements ClientConnection {
        private final Link link;
        private final long number;
        private final ReplyBytes replies = new ReplyBytes();
        private final Queue<Long> places = new ConcurrentLinkedQueue<>();
        private final ClientSession session;

        Remote(Link link, long number) {
            this.link = link;
            this.number = number;
            this.session = sessions.open(this, link.term);
        }

        @Override
        public String remote() {
            return "connection " + number + " of store " + Long.toHexString(link.peer);
        }

        @Override
        public ReplySink replies() {
            return replies;
        }

        @Override
        public void flush() {
            List<Answer> answers = new ArrayList<>();
            for (byte[] reply : replies.take()) {
                Long place = places.poll();
                if (place == null) {
                    throw new AssertionError("more replies than commands");
                }
                answers.add(new Answer(place, session.highestIndexShown(), reply));
            }
            if (!answers.isEmpty()) {
                Forwarding message = new Forwarding.Answers(raft.storeId(), link.peer, link.id, answers);
                turns.accept(() -> send.accept(message));
            }
        }

        @Override
        public void setReading(boolean reading) {
            // The follower's window bounds what is under way.
        }

        @Override
        public void close() {
            // Replies that can't be written: the follower finds out by its patience.
        }
    }

    ForwardServer(
            Environment environment,
            Raft raft,
            Sessions sessions,
            Consumer<Forwarding> send,
            Consumer<Runnable> turns) {
        this.environment = environment;
        this.raft = raft;
        this.sessions = sessions;
        this.send = send;
        this.turns = turns;
    }

    void open(Forwarding.Open open) {
        if (raft.role() != Role.LEADER
                || raft.term() != open.term()
                || raft.configuration().member(open.from()) == null) {
            return;
        }
        Link link = links.get(open.from());
        if (link == null || link.nonce != open.nonce() || isClosed(link)) {
            link = new Link(open.from(), open.nonce());
            links.put(open.from(), link);
        }
        send.accept(new Forwarding.Opened(raft.storeId(), open.from(), open.nonce(), link.id));
    }

    /** Once it led no more, or not without a break, what arrives belongs to another time. */
    private boolean isClosed(Link link) {
        link.closed |= raft.role() != Role.LEADER || raft.term() != link.term;
        return link.closed;
    }

    void take(Forwarding.Commands commands) {
        Link link = links.get(commands.from());
        if (link == null || link.id != commands.link()) {
            send.accept(new Forwarding.Closed(raft.storeId(), commands.from(), commands.link(), Long.MAX_VALUE));
            return;
        }
        if (commands.place() < link.taken) {
            return; // It was taken before.
        }
        if (isClosed(link) || commands.place() > link.taken) {
            link.closed = true;
            send.accept(new Forwarding.Closed(raft.storeId(), link.peer, link.id, link.taken));
            return;
        }
        long place = link.taken;
        link.taken += commands.items().size();
        Link taking = link;
        feeder().execute(() -> feed(taking, place, commands.items()));
    }

    private Stage feeder() {
        Stage made = feeder;
        if (made == null) {
            made = environment.stage("forward");
            feeder = made;
        }
        return made;
    }

    private void feed(Link link, long from, List<Item> items) {
        if (link.remotes.size() > MOST_IDLE) {
            link.remotes.values().removeIf(remote -> remote.session.isIdle());
        }
        Set<Remote> fed = new LinkedHashSet<>();
        long place = from;
        for (Item item : items) {
            Remote remote = link.remotes.computeIfAbsent(item.connection(), number -> new Remote(link, number));
            remote.places.add(place++);
            Consistency level = item.consistency() < 0 ? null : LEVELS.get(item.consistency());
            remote.session.submit(item.command(), new ReadOptions(level, null, item.minIndex()));
            fed.add(remote);
        }
        fed.forEach(remote -> remote.session.flush());
    }

    void stop() {
        if (feeder != null) {
            feeder.close();
        }
    }
}
