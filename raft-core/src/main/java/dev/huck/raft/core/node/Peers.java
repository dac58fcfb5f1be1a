package dev.huck.raft.core.node;

import dev.huck.raft.api.spi.Lane;
import dev.huck.raft.api.spi.Transport;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Forwarding;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.core.consensus.PeerMessage;
import dev.huck.raft.core.storage.Incarnation;
import dev.huck.raft.core.wire.Envelope;
import dev.huck.raft.core.wire.FrameException;
import dev.huck.raft.core.wire.PeerCodec;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who is where: turns messages into frames to addresses, and frames into messages that are meant for this node. */
final class Peers {
    /** The only group of a node so far. */
    private static final long GROUP = 0;

    /** Letters of an address: a name of the DNS has 253 at most, and a port follows. */
    static final int LONGEST_ADDRESS = 300;

    private static final Logger LOG = LoggerFactory.getLogger("dev.huck.raft");

    /** What messages are counted under. */
    private static final ClassValue<String> NAMES = new ClassValue<>() {
        @Override
        protected String computeValue(Class<?> type) {
            String name = type.getName();
            return name.substring(name.lastIndexOf('.') + 1)
                    .replaceAll("^(Message|Admission)\\$", "")
                    .replaceAll("([a-z])([A-Z])", "$1_$2")
                    .replace('$', '_')
                    .toLowerCase(Locale.ROOT);
        }
    };

    private static final ClassValue<String> SENT = prefixed("sent_");
    private static final ClassValue<String> RECEIVED = prefixed("received_");

    private static ClassValue<String> prefixed(String prefix) {
        return new ClassValue<>() {
            @Override
            protected String computeValue(Class<?> type) {
                return prefix + NAMES.get(type);
            }
        };
    }

    private final Metrics metrics;
    private final long self;
    private final Incarnation incarnation;
    private final String address;
    private final Transport transport;
    /** Newest version of the protocol that this node understands, or is told to. */
    private volatile int protocolMax = 1;

    /** The run of a store that is written down here; 0 for none. */
    private volatile LongUnaryOperator heard = store -> 0;

    private final HeardFrom heardFrom = new HeardFrom();
    private final Map<String, String> refused = new ConcurrentHashMap<>();
    private volatile Configuration configuration = Configuration.EMPTY;
    private volatile long clusterId;

    Peers(long self, Incarnation incarnation, String address, Transport transport, long clusterId, Metrics metrics) {
        this.metrics = metrics;
        this.self = self;
        this.incarnation = incarnation;
        this.address = address;
        this.transport = transport;
        this.clusterId = clusterId;
    }

    /** The newest version of the protocol that this node admits to; before anything is sent. */
    void speak(int newest) {
        protocolMax = newest;
    }

    /** Where to look up which run of its receiver a message is to name; before anything is sent. */
    void echo(LongUnaryOperator runOf) {
        heard = runOf;
    }

    void configuration(Configuration newest) {
        configuration = newest;
        heardFrom.configuration(newest);
    }

    long clusterId() {
        return clusterId;
    }

    /** A node without a cluster becomes part of the first one that knows its store id. */
    void join(long cluster) {
        clusterId = cluster;
    }

    /** The address of a member, or of somebody heard from; null if unknown. */
    @Nullable
    String addressOf(long storeId) {
        Member member = configuration.member(storeId);
        return member != null ? member.address() : heardFrom.get(storeId);
    }

    /**
     * Sends to a member where the configuration says that it is, and to where it spoke from if that is elsewhere: one that
     * has moved can't be reached at the old address, and without it there may be no quorum to write down the new one.
     */
    void send(Message message) {
        Member member = configuration.member(message.to());
        String known = member == null ? null : member.address();
        String heard = heardFrom.get(message.to());
        if (known != null) {
            send(known, message.to(), message);
        }
        if (heard != null && !heard.equals(known)) {
            send(heard, message.to(), message);
        }
    }

    void send(Forwarding message) {
        String to = addressOf(message.to());
        if (to != null) {
            send(to, message.to(), message);
        }
    }

    /** Sends to whoever is at an address; receiver 0 for anybody. */
    void send(String to, long receiver, PeerMessage message) {
        byte[] frame = PeerCodec.encode(
                new Envelope(clusterId, GROUP, receiver, address, incarnation, heard.applyAsLong(receiver), message));
        metrics.add(SENT.get(message.getClass()), 1);
        metrics.add("peer_bytes_sent", frame.length);
        transport.send(to, lane(message), frame);
    }

    private static Lane lane(PeerMessage message) {
        if (message instanceof Message.Append append && !append.entries().isEmpty()) {
            return Lane.APPEND;
        }
        if (message instanceof Forwarding) {
            return Lane.APPEND; // all in one, so that they seldom overtake each other
        }
        return message instanceof Message.InstallSnapshot ? Lane.SNAPSHOT : Lane.CONTROL;
    }

    /** Decodes a frame on the transport's thread and hands over what is meant for this node. */
    void received(byte[] frame, BiConsumer<Envelope, PeerMessage> sink) {
        Envelope envelope;
        try {
            envelope = PeerCodec.decode(frame, protocolMax);
        } catch (FrameException e) {
            refuse("?", "a frame that can't be read: " + e.getMessage());
            return;
        }
        if (envelope.senderAddress().length() > LONGEST_ADDRESS) {
            refuse("?", "a sender's address of more than " + LONGEST_ADDRESS + " letters");
            return;
        }
        if (envelope.groupId() != GROUP) {
            refuse(envelope.senderAddress(), "group " + envelope.groupId() + ", which is not here");
            return;
        }
        Long from = sender(envelope.message());
        if (from != null) {
            if (envelope.receiver() != self) {
                refuse(
                        envelope.senderAddress(),
                        "a message to store " + Long.toHexString(envelope.receiver()) + "; this directory is store "
                                + Long.toHexString(self) + " (it was emptied, or moved to another address)");
                return;
            }
            if (clusterId != 0 && envelope.clusterId() != clusterId) {
                refuse(
                        envelope.senderAddress(),
                        "cluster " + Long.toHexString(envelope.clusterId()) + "; this node belongs to cluster "
                                + Long.toHexString(clusterId));
                return;
            }
            heardFrom.put(from, envelope.senderAddress());
        }
        metrics.add(RECEIVED.get(envelope.message().getClass()), 1);
        metrics.add("peer_bytes_received", frame.length);
        sink.accept(envelope, envelope.message());
    }

    /** The store that sent a message to this very store; null for a message to whoever is at the address. */
    @Nullable
    private static Long sender(PeerMessage message) {
        if (message instanceof Message consensus) {
            return consensus.from();
        }
        return message instanceof Forwarding forwarding ? forwarding.from() : null;
    }

    /** Said once for each sender and reason, however often it tries. */
    private void refuse(String sender, String reason) {
        if (refused.size() < 1000 && !reason.equals(refused.put(sender, reason))) {
            LOG.warn("refused from {}: {}", sender, reason);
        }
    }
}
