package dev.huck.raft.core.node;

import dev.huck.raft.api.NodeEvent;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Raft;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices what stands still for longer than the longest election timeout: the disk, the machine, or, for a leader, a
 * peer. Says so once, and again when it is over; of one peer not more often than once a minute. Loop stage only.
 */
final class Watchdog {
    private static final Logger LOG = LoggerFactory.getLogger("dev.huck.raft");
    private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Events events;
    private final Stall disk = new Stall("disk");
    private final Stall machine = new Stall("machine");
    private final Map<Long, Peer> peers = new TreeMap<>();
    private boolean led;

    /** One part of this node. */
    private final class Stall {
        private final String part;
        private boolean stalled;
        private long longest;

        Stall(String part) {
            this.part = part;
        }

        void look(long nanos, long limit) {
            if (nanos > limit) {
                longest = nanos;
                if (!stalled) {
                    stalled = true;
                    LOG.warn("the {} has stood still for {} ms", part, TimeUnit.NANOSECONDS.toMillis(nanos));
                    events.tell(new NodeEvent.StallBegan(part));
                }
            } else if (stalled) {
                stalled = false;
                LOG.info("the {} goes on after about {} ms", part, TimeUnit.NANOSECONDS.toMillis(longest));
                events.tell(new NodeEvent.StallEnded(part, longest));
            }
        }
    }

    /** One member, as a leader hears it. */
    private static final class Peer {
        long heardAt;
        boolean silent;
        boolean said;
        long sayAt;
    }

    Watchdog(Events events) {
        this.events = events;
    }

    /** A peer has said something. */
    void heard(long store, long now) {
        Peer peer = peers.get(store);
        if (peer != null) {
            peer.heardAt = now;
        }
    }

    /** Looks at everything; called at the end of each turn. */
    void look(Raft raft, boolean leads, long now) {
        Configuration configuration = raft.configuration();
        long limit = configuration.settings().electionMaxNanos();
        disk.look(raft.diskStalledNanos(), limit);
        machine.look(raft.machineStalledNanos(), limit);
        if (!leads) {
            led = false;
            return;
        }
        if (!led) {
            led = true;
            peers.values().forEach(peer -> peer.heardAt = now);
        }
        peers.keySet().removeIf(store -> configuration.member(store) == null);
        for (Member member : configuration.members()) {
            if (member.storeId() != raft.storeId()) {
                look(member, limit, now);
            }
        }
    }

    private void look(Member member, long limit, long now) {
        Peer peer = peers.get(member.storeId());
        if (peer == null) {
            peer = new Peer();
            peer.heardAt = now;
            peer.sayAt = now;
            peers.put(member.storeId(), peer);
        }
        boolean silent = now - peer.heardAt > limit;
        if (silent == peer.silent) {
            return;
        }
        peer.silent = silent;
        String name = member.nodeId() + " at " + member.address();
        if (silent) {
            events.tell(new NodeEvent.PeerSilent(member.address()));
            peer.said = now - peer.sayAt >= 0;
            if (peer.said) {
                peer.sayAt = now + AGAIN_NANOS;
                LOG.warn("{} has not been heard for {} ms", name, TimeUnit.NANOSECONDS.toMillis(now - peer.heardAt));
            }
        } else {
            events.tell(new NodeEvent.PeerBack(member.address()));
            if (peer.said) {
                LOG.info("{} is heard again", name);
            }
        }
    }
}
