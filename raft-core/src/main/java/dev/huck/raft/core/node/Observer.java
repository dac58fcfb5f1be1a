package dev.huck.raft.core.node;

import dev.huck.raft.api.NodeEvent;
import dev.huck.raft.api.NodeEvent.ConfigurationChanged;
import dev.huck.raft.api.NodeEvent.SnapshotInstalled;
import dev.huck.raft.api.NodeEvent.SnapshotSent;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.Effect;
import dev.huck.raft.core.consensus.Event;
import dev.huck.raft.core.consensus.Loss;
import dev.huck.raft.core.consensus.Raft;
import dev.huck.raft.core.consensus.Rejection;
import dev.huck.raft.core.env.Environment;
import dev.huck.raft.core.node.Agreement.Finding;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Counts and tells what goes through the loop; changes nothing about it. Loop stage, but for what says otherwise.
 */
final class Observer {
    private final Environment environment;
    private final Metrics metrics;
    private final Peers peers;
    private final long self;
    private final Events events;
    private final Watchdog watchdog;
    private final DivergenceReport divergence;
    /** When this node last heard the leader that it knows; null if it never has. */
    private volatile @Nullable Long contactAt;

    Observer(Environment environment, Options options, long self, Peers peers, Metrics metrics) {
        this.environment = environment;
        this.metrics = metrics;
        this.peers = peers;
        this.self = self;
        this.events = new Events(environment::stage, options.listener().orElse(null), metrics);
        this.watchdog = new Watchdog(events);
        this.divergence = new DivergenceReport(self, peers);
    }

    /** Where machines were seen to differ. Any thread. */
    DivergenceReport divergence() {
        return divergence;
    }

    void started(Loss loss, NodeEvent.@Nullable LogSetAside setAside) {
        if (setAside != null) {
            events.tell(setAside);
        }
        if (loss != Loss.NONE) {
            events.tell(new NodeEvent.RecoveryBegan(Reports.name(loss)));
        }
    }

    /**
     * The core has taken an event.
     *
     * @param leader whom it now takes for the leader; 0 for nobody
     */
    void took(Event event, long leader) {
        if (event instanceof Event.Received received) {
            long from = received.message().from();
            watchdog.heard(from, environment.nanoTime());
            if (from == leader) {
                contactAt = environment.nanoTime();
            }
        } else if (event instanceof Event.ChunkRead chunk) {
            chunkRead(chunk);
        } else if (event instanceof Event.Recovered) {
            events.tell(new NodeEvent.RecoveryEnded());
        }
    }

    /** How long ago this node last heard a leader: nanoseconds; -1 for never. Any thread. */
    long contactNanos() {
        Long at = contactAt;
        return at == null ? -1 : environment.nanoTime() - at;
    }

    private void chunkRead(Event.ChunkRead chunk) {
        metrics.add("snapshot_bytes_sent", chunk.bytes().length);
        if (chunk.total() > 0 && chunk.offset() + chunk.bytes().length == chunk.total()) {
            metrics.add("snapshots_sent", 1);
            String peer = address(chunk.peer());
            events.tell(
                    new SnapshotSent(peer == null ? "?" : peer, chunk.position().index()));
        }
    }

    private @Nullable String address(long store) {
        return store == 0 ? null : peers.addressOf(store);
    }

    /** An effect is about to be carried out. */
    void carriesOut(Effect effect, View view, long applied) {
        if (effect instanceof Effect.Proposed) {
            metrics.add("entries_proposed", 1);
        } else if (effect instanceof Effect.Rejected rejected) {
            metrics.add(rejected(rejected.reason()), 1);
        } else if (effect instanceof Effect.RoleChanged changed) {
            roleChanged(changed);
        } else if (effect instanceof Effect.ConfigurationChanged changed) {
            events.tell(new ConfigurationChanged(
                    changed.configuration().index(), Reports.members(changed.configuration(), view, self, applied)));
        } else if (effect instanceof Effect.StoreChunk store) {
            metrics.add("snapshot_bytes_received", store.bytes().length);
        } else if (effect instanceof Effect.RestoreMachine restore) {
            metrics.add("snapshots_installed", 1);
            events.tell(new SnapshotInstalled(restore.position().index()));
        }
    }

    private static String rejected(Rejection reason) {
        return "rejected_" + reason.name().toLowerCase(Locale.ROOT);
    }

    private void roleChanged(Effect.RoleChanged changed) {
        events.tell(new NodeEvent.RoleChanged(
                changed.role(), changed.term(), Optional.ofNullable(address(changed.leader()))));
        if (changed.role() == Role.CANDIDATE) {
            metrics.add("elections", 1);
        } else if (changed.role() == Role.LEADER) {
            metrics.add("elections_won", 1);
        }
    }

    /** A turn of the loop is over. */
    void turned(Raft raft) {
        watchdog.look(raft, raft.role() == Role.LEADER, environment.nanoTime());
    }

    /** Machines are not what they should be. */
    void diverged(Finding finding, Raft raft) {
        divergence.found(finding, raft.configuration());
        metrics.add("divergences", 1);
        events.tell(divergence.event(finding));
    }

    /** Any thread. */
    void machineFailed(long index) {
        metrics.add("machine_failures", 1);
        events.tell(new NodeEvent.MachineFailed(index));
    }

    /** Any thread. */
    void machineRebuilt(long index) {
        events.tell(new NodeEvent.MachineRebuilt(index));
    }

    /** Any thread. */
    void snapshotTaken(long index) {
        metrics.add("snapshots_taken", 1);
        events.tell(new NodeEvent.SnapshotTaken(index));
    }

    void close() {
        events.close();
    }
}
