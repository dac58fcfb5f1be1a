package dev.huck.raft.core.node;

import dev.huck.raft.api.HuckException;
import dev.huck.raft.core.consensus.Admission.Outdated;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.core.storage.Incarnation;
import dev.huck.raft.core.storage.NodeRecord;
import dev.huck.raft.core.wire.Envelope;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which life of each member's directory is the newest. An old backup, a copied directory and a machine that was set back
 * all come back under a number that was seen before, or a lower one; they have forgotten what they promised since, so
 * nobody listens to them, and they are told and stop. What is new about a member is on disk before anything that it says
 * is acted on. Every message says which life of its receiver is written down: a directory counts up at its next start only
 * when it has read that of its own, so a copy can't count past the newest by being started while nobody listens. Loop
 * stage, except where said.
 */
final class Incarnations {
    private static final Logger LOG = LoggerFactory.getLogger("dev.huck.raft");

    private final long self;
    private final Incarnation own;
    private final AtomicBoolean heard;
    private final LogWriter writer;
    private final Peers peers;
    private final Consumer<Runnable> loop;
    private final Consumer<Message> deliver;
    private final Map<Long, Incarnation> seen = new ConcurrentHashMap<>();
    private final Map<Long, Held> held = new HashMap<>();
    private final EarlyMessages early = new EarlyMessages();
    private final Map<Long, Incarnation> refused = new HashMap<>();

    /** What is being written down of a member. */
    private record Held(Incarnation incarnation, Configuration configuration) {}

    Incarnations(NodeRecord record, LogWriter writer, Peers peers, Consumer<Runnable> loop, Consumer<Message> deliver) {
        this.self = record.storeId();
        this.own = record.incarnation();
        this.heard = new AtomicBoolean(record.heard());
        this.writer = writer;
        this.peers = peers;
        this.loop = loop;
        this.deliver = deliver;
        seen.putAll(record.seen());
    }

    /** Whether this is the newest incarnation of its sender, as written down. Any thread. */
    boolean isKnown(Envelope envelope, Message message) {
        return envelope.incarnation().equals(seen.get(message.from()));
    }

    /** The run of a member that is written down here; 0 for none. Any thread. */
    long runOf(long store) {
        Incarnation known = seen.get(store);
        return known == null ? 0 : known.run();
    }

    /** Bytes of messages that wait until the incarnation of who sent them is on disk. */
    long earlyBytes() {
        return early.bytes();
    }

    /** Takes what a message says of this node. Any thread. */
    void echoed(Envelope envelope) {
        if (envelope.heard() == own.run() && heard.compareAndSet(false, true)) {
            writer.changeRecord(NodeRecord::withHeard);
        }
    }

    /** Takes what {@link #isKnown} did not let through. */
    void heard(Envelope envelope, Message message, Configuration configuration) {
        long from = message.from();
        Incarnation claimed = envelope.incarnation();
        Held waiting = held.get(from);
        Incarnation newest = waiting == null ? seen.get(from) : waiting.incarnation;
        if (newest != null && claimed.number() <= newest.number() && !claimed.equals(newest)) {
            refuse(envelope, from, newest);
        } else if (waiting != null && claimed.equals(newest)) {
            early.keep(from, message);
        } else if (claimed.equals(newest) || !isMember(from, configuration) || !hasRoom(from, configuration)) {
            deliver.accept(message);
        } else {
            held.put(from, new Held(claimed, configuration));
            early.take(from); // What an earlier life of it has said counts no more.
            early.keep(from, message);
            writer.changeRecord(
                    record -> record.withSeen(with(record.seen(), from, claimed, configuration)),
                    () -> loop.accept(() -> written(from, claimed)));
        }
    }

    /** Of more stores than fit into the record, the last ones are listened to as they are. */
    private boolean hasRoom(long store, Configuration configuration) {
        return seen.size() < NodeRecord.MAX_SEEN
                || seen.containsKey(store)
                || seen.keySet().stream().anyMatch(other -> configuration.member(other) == null);
    }

    /** A node without a configuration listens to whoever knows its store id. */
    private static boolean isMember(long store, Configuration configuration) {
        return configuration.members().isEmpty() || configuration.member(store) != null;
    }

    /** Who is no member any more is forgotten first. */
    private static Map<Long, Incarnation> with(
            Map<Long, Incarnation> before, long store, Incarnation newest, Configuration configuration) {
        Map<Long, Incarnation> after = new TreeMap<>(before);
        if (after.size() >= NodeRecord.MAX_SEEN) {
            after.keySet().removeIf(other -> configuration.member(other) == null);
        }
        if (after.containsKey(store) || after.size() < NodeRecord.MAX_SEEN) {
            after.put(store, newest);
        }
        return after;
    }

    private void written(long from, Incarnation incarnation) {
        Held waiting = held.get(from);
        if (waiting != null && waiting.incarnation.equals(incarnation)) {
            held.remove(from);
            Map<Long, Incarnation> after = with(seen, from, incarnation, waiting.configuration);
            seen.keySet().retainAll(after.keySet());
            seen.putAll(after);
            early.take(from).forEach(deliver);
        }
    }

    private void refuse(Envelope envelope, long from, Incarnation newest) {
        Incarnation claimed = envelope.incarnation();
        if (!claimed.equals(refused.put(from, claimed))) {
            LOG.warn(
                    "refused from {}: incarnation {} of store {}, of which {} {} is known: an old copy of a directory, or"
                            + " messages that are late",
                    envelope.senderAddress(),
                    claimed.number(),
                    Long.toHexString(from),
                    claimed.number() == newest.number() ? "another run of" : "the newer",
                    newest.number());
        }
        peers.send(envelope.senderAddress(), 0, new Outdated(from, claimed.number(), claimed.run(), newest.number()));
    }

    /** Somebody says that a directory was opened again. */
    void outdated(Outdated notice, String sender, Consumer<Throwable> failed) {
        if (notice.storeId() == self && own.equals(new Incarnation(notice.number(), notice.run()))) {
            failed.accept(new HuckException.StorageFailed(
                    "ERR this directory is an old copy: the node at " + sender + " knows its incarnation "
                            + notice.newest() + ", and this one is " + notice.number()
                            + ". It was restored from a backup, copied, or its machine was set back, and may have voted and"
                            + " acknowledged what it knows nothing of. Stop the other copy if there is one; then empty this"
                            + " directory, say RAFTREMOVEPEER for its store if it still is a member, and start it with"
                            + " --join",
                    null));
        }
    }
}
