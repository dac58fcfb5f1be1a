package dev.huck.raft.testkit.search;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Entries;
import dev.huck.raft.core.consensus.Limits;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Message;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Turns a core, or a message, into {@link Tokens}: all its fields, found by reflection. So the core needs no code for it,
 * and a field that somebody adds is part of the state without anybody's doing. What a number means is told by its size
 * where that is possible: store ids and times are chosen so that nothing else looks like them. The rest is told by the
 * fields' names below; one that is not named makes more states of the same, never fewer.
 */
final class StateReader {
    /** Store ids are this and the node's number, from 1. */
    static final long IDS = 0x5EED_0000_0000L;
    /** Clocks begin here. */
    static final long EPOCH = 1L << 60;

    /**
     * No part of the state: when an election is due (it may be at any time), when a round was sent (only leases ask, and
     * whether a leader must give way: it never needs to, while it has not looked at the time), what was told last, and what
     * follows from the log's entries.
     */
    static final Set<String> IGNORED = Set.of(
            "Follower.electionAt",
            "Candidate.electionAt",
            "Leader.heartbeatAt",
            "Replication.roundSentAt",
            "Raft.published",
            "Raft.publishedConfiguration",
            "RaftLog.terms",
            "RaftLog.sizes",
            "Member.nodeId",
            "Member.address");
    /** Nobody else's business: counters that number things, sums of bytes below bounds that are never reached. */
    static final Set<String> LOCAL = Set.of(
            "Raft.stampEnd",
            "Raft.tokens",
            "Replication.sessions",
            "Leader.proposed",
            "Leader.proposedBytes",
            "Progress.patience",
            "Applying.bytesSinceSnapshot");

    static final Set<String> ROUNDS = Set.of(
            "Replication.round",
            "Progress.round",
            "ReadIndex.askedRound",
            "Round.number",
            "Follower.round",
            "Append.round",
            "AppendReply.round",
            "InstallSnapshot.round",
            "ServeChunk.round",
            "SnapshotReply.round");
    static final Set<String> SESSIONS = Set.of(
            "Progress.session",
            "Follower.session",
            "Append.session",
            "AppendReply.session",
            "InstallSnapshot.session",
            "ServeChunk.session",
            "NoChunk.session",
            "SnapshotReply.session");
    static final Set<String> WRITES = Set.of(
            "Outbox.sequence",
            "Outbox.persisted",
            "Outbox.hardStateSequence",
            "Mark.sequence",
            "Persist.sequence",
            "SendAfter.sequence");

    private enum Meaning {
        VALUE,
        LOCAL,
        ROUND,
        SESSION,
        WRITE,
        SINCE
    }

    private record Known(Field field, Meaning meaning) {}

    private final Map<Class<?>, List<Known>> fields = new HashMap<>();

    private final long jump;
    private final boolean withRounds;

    /**
     * A reader.
     *
     * @param jump how far a clock goes at a time: longer than an election timeout
     * @param withRounds whether rounds matter: only reads, changes of voters and leases ask for them, and a leader whose
     *     time has passed, which need not look at the time
     */
    StateReader(long jump, boolean withRounds) {
        this.jump = jump;
        this.withRounds = withRounds;
    }

    /** Reads things that belong to one node. */
    Tokens read(long self, long term, long now, Object... things) {
        Walk walk = new Walk(self, term, now);
        for (Object thing : things) {
            walk.value(thing, Meaning.VALUE);
        }
        return walk.tokens;
    }

    private List<Known> fields(Class<?> type) {
        List<Known> known = fields.get(type);
        if (known == null) {
            known = new ArrayList<>();
            for (Field field : type.getDeclaredFields()) {
                String name = type.getSimpleName() + "." + field.getName();
                if (!Modifier.isStatic(field.getModifiers()) && !field.isSynthetic() && !IGNORED.contains(name)) {
                    field.setAccessible(true);
                    known.add(new Known(field, meaning(name)));
                }
            }
            fields.put(type, known);
        }
        return known;
    }

    private static Meaning meaning(String name) {
        if (LOCAL.contains(name)) {
            return Meaning.LOCAL;
        }
        if (ROUNDS.contains(name)) {
            return Meaning.ROUND;
        }
        if (SESSIONS.contains(name)) {
            return Meaning.SESSION;
        }
        if (name.equals("Mark.since")) {
            return Meaning.SINCE;
        }
        return WRITES.contains(name) ? Meaning.WRITE : Meaning.VALUE;
    }

    /** One reading. */
    private final class Walk {
        final Tokens tokens = new Tokens();
        private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        private final long now;
        private long peer;
        private long roundTerm;

        Walk(long self, long term, long now) {
            this.peer = self - IDS;
            this.roundTerm = term;
            this.now = now;
        }

        void value(@Nullable Object value, Meaning meaning) {
            if (value == null) {
                number(-1, Meaning.VALUE);
            } else if (value instanceof Boolean flag) {
                number(flag ? 1 : 0, meaning);
            } else if (value instanceof Number number) {
                number(number.longValue(), meaning);
            } else if (value instanceof Enum<?> constant) {
                number(constant.name().hashCode(), meaning);
            } else if (value instanceof String text) {
                number(text.hashCode(), meaning);
            } else if (value instanceof byte[] bytes) {
                bytes(bytes, 0, meaning);
            } else if (value instanceof long[] numbers) {
                for (long number : numbers) {
                    number(number, meaning);
                }
            } else if (value instanceof LogEntry entry) {
                entry(entry, meaning);
            } else if (value instanceof LogPosition position) {
                number(position.index(), meaning);
                number(position.term(), meaning);
            } else if (value instanceof Map<?, ?> map) {
                map(map, meaning);
            } else if (value instanceof Collection<?> collection) {
                collection(collection, meaning);
            } else if (value instanceof Message message) {
                message(message, meaning);
            } else if (!(value instanceof RandomGenerator) && !(value instanceof Limits)) {
                object(value, meaning);
            }
        }

        private void number(long value, Meaning meaning) {
            if (meaning == Meaning.LOCAL) {
                tokens.local(value);
            } else if (meaning == Meaning.ROUND) {
                if (withRounds) {
                    tokens.add(value == 0 ? Tokens.PLAIN : Tokens.ROUND, value == 0 ? 0 : roundTerm, value);
                }
            } else if (meaning == Meaning.SESSION && value != 0) {
                tokens.add(Tokens.SESSION, peer, value);
            } else if (meaning == Meaning.WRITE) {
                tokens.write(value);
            } else if (isId(value)) {
                tokens.add(Tokens.ID, 0, value - IDS);
            } else if (Math.abs(value - EPOCH) < EPOCH >> 1) {
                // A time: ahead, just now, or longer ago than an election timeout; of a write that hangs, than two.
                long most = meaning == Meaning.SINCE ? 2 : 1;
                tokens.add(Tokens.PLAIN, 0, value > now ? 9 : Math.min(most, (now - value) / jump));
            } else {
                tokens.add(Tokens.PLAIN, 0, value);
            }
        }

        private static boolean isId(long value) {
            return value > IDS && value < IDS + 16;
        }

        private void bytes(byte[] bytes, int from, Meaning meaning) {
            long hash = bytes.length;
            for (int i = from; i < bytes.length; i++) {
                hash = 31 * hash + bytes[i];
            }
            number(Tokens.mix(hash) >>> 24, meaning);
        }

        private void entry(LogEntry entry, Meaning meaning) {
            byte[] payload = entry.payload();
            number(entry.index(), meaning);
            number(entry.term(), meaning);
            number(Entries.type(payload), meaning);
            tokens.local(Entries.stamp(payload));
            if (Entries.type(payload) == Entries.CONFIGURATION) {
                value(Entries.configuration(entry.index(), payload), meaning); // There are ids in it.
            } else {
                bytes(payload, 17, meaning);
            }
        }

        private void map(Map<?, ?> map, Meaning meaning) {
            if (map.isEmpty() || !isIdKey(map.keySet().iterator().next())) {
                number(map.size(), meaning);
                map.forEach((key, value) -> {
                    value(key, meaning);
                    value(value, meaning);
                });
                return;
            }
            Map<Long, Object> byId = new TreeMap<>();
            map.forEach((key, value) -> byId.put((Long) key, value));
            parts(byId, meaning);
        }

        private static boolean isIdKey(Object key) {
            return key instanceof Long number && isId(number);
        }

        private void collection(Collection<?> collection, Meaning meaning) {
            Object any = collection.isEmpty() ? null : collection.iterator().next();
            Map<Long, Object> byId = new TreeMap<>();
            if (any instanceof Member) {
                collection.forEach(member -> byId.put(((Member) member).storeId(), member));
                parts(byId, meaning);
            } else if (collection instanceof Set && any != null && isIdKey(any)) {
                collection.forEach(id -> byId.put((Long) id, List.of()));
                parts(byId, meaning);
            } else {
                number(collection.size(), meaning);
                collection.forEach(element -> value(element, meaning));
            }
        }

        private void parts(Map<Long, Object> byId, Meaning meaning) {
            tokens.add(Tokens.PARTS, 0, byId.size());
            byId.forEach((id, value) -> {
                int part = tokens.add(Tokens.PART, id - IDS, 0);
                value(value, meaning);
                tokens.setLength(part, tokens.size() - part - 1);
            });
        }

        private void message(Message message, Meaning meaning) {
            long outerPeer = peer;
            long outerTerm = roundTerm;
            if (message instanceof Message.Append append) {
                enter(append.to(), append.session());
            } else if (message instanceof Message.InstallSnapshot install) {
                enter(install.to(), install.session());
            } else if (message instanceof Message.ServeChunk request) {
                enter(request.peer(), request.session());
            } else if (message instanceof Message.NoChunk none) {
                enter(none.peer(), none.session());
            } else if (message instanceof Message.AppendReply reply) {
                enter(reply.from(), reply.session());
            } else if (message instanceof Message.SnapshotReply reply) {
                enter(reply.from(), reply.session());
            }
            number(message.getClass().getSimpleName().hashCode(), Meaning.VALUE);
            object(message, meaning);
            peer = outerPeer;
            roundTerm = outerTerm;
        }

        private void enter(long replicating, long session) {
            peer = replicating - IDS;
            roundTerm = session >> 24;
        }

        private void object(Object object, Meaning meaning) {
            Class<?> type = object.getClass();
            if (!type.getName().startsWith("dev.huck.raft.core.")
                    && !type.getName().startsWith("dev.huck.raft.testkit.")) {
                throw new AssertionError("the search can't read a " + type.getName());
            }
            if (!type.isRecord() && !seen.add(object)) {
                return; // Where it was met first, it was read.
            }
            long outerPeer = peer;
            if (type.getSimpleName().equals("Progress")) {
                peer = longOf(object, "peer") - IDS;
            }
            if (type.getSimpleName().matches("Follower|Candidate|Leader")) {
                number(type.getSimpleName().charAt(0), Meaning.VALUE);
            }
            for (Known known : fields(type)) {
                try {
                    value(known.field.get(object), meaning == Meaning.LOCAL ? meaning : known.meaning);
                } catch (IllegalAccessException e) {
                    throw new AssertionError(e);
                }
            }
            peer = outerPeer;
        }

        private long longOf(Object object, String name) {
            for (Known known : fields(object.getClass())) {
                if (known.field.getName().equals(name)) {
                    try {
                        return known.field.getLong(object);
                    } catch (IllegalAccessException e) {
                        throw new AssertionError(e);
                    }
                }
            }
            throw new AssertionError("no " + name + " in " + object.getClass());
        }
    }
}
