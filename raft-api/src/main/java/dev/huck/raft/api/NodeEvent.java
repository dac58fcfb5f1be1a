package dev.huck.raft.api;

import java.util.List;
import java.util.Optional;

/** Something that happened inside of a node and that people or their tools may want to know. */
public sealed interface NodeEvent {

    /**
     * Role, term or leader have changed.
     *
     * @param role what the node is now
     * @param term its term
     * @param leader address of the term's leader, if it is known
     */
    record RoleChanged(Role role, long term, Optional<String> leader) implements NodeEvent {}

    /**
     * Another configuration is in force: from the moment at which it is in the log, not from its commit on.
     *
     * @param index the entry that carries it
     * @param members the members
     */
    record ConfigurationChanged(long index, List<MemberInfo> members) implements NodeEvent {
        /** Copies. */
        public ConfigurationChanged {
            members = List.copyOf(members);
        }
    }

    /**
     * A snapshot of this node's machine is durable.
     *
     * @param index the last entry that it covers
     */
    record SnapshotTaken(long index) implements NodeEvent {}

    /**
     * All of a snapshot was sent to a peer, once or again.
     *
     * @param peer address
     * @param index the last entry that it covers
     */
    record SnapshotSent(String peer, long index) implements NodeEvent {}

    /**
     * A snapshot that a leader sent has taken the place of this node's state.
     *
     * @param index the last entry that it covers
     */
    record SnapshotInstalled(long index) implements NodeEvent {}

    /**
     * Something stands still for longer than the longest election timeout.
     *
     * @param part {@code disk} or {@code machine}
     */
    record StallBegan(String part) implements NodeEvent {}

    /**
     * It goes on.
     *
     * @param part as it was said when it began
     * @param nanos how long it stood still
     */
    record StallEnded(String part, long nanos) implements NodeEvent {}

    /**
     * This node may have forgotten what it acknowledged; until it has got that back it neither votes nor counts.
     *
     * @param loss {@code power} or {@code corruption}
     */
    record RecoveryBegan(String loss) implements NodeEvent {}

    /**
     * At its start this node found its log damaged, or no whole snapshot that meets it, and goes on without: it recovers.
     *
     * @param name where the damaged log is kept, until the next one is
     * @param damage what is wrong with it
     */
    record LogSetAside(String name, String damage) implements NodeEvent {}

    /** It has got back all that it may have forgotten. */
    record RecoveryEnded() implements NodeEvent {}

    /**
     * The machine failed in a way that need not happen on other nodes; it is rebuilt from a snapshot.
     *
     * @param index the entry at which it failed
     */
    record MachineFailed(long index) implements NodeEvent {}

    /**
     * The machine was rebuilt from a snapshot.
     *
     * @param index the last entry that this covers
     */
    record MachineRebuilt(long index) implements NodeEvent {}

    /**
     * The machines of nodes that should have the same state do not.
     *
     * @param index the first entry at which they differ
     * @param exact false if that may have been earlier
     * @param alone address of the node whose state nobody shares, while a majority agrees; if there is one
     * @param others addresses of those whose state differs from this node's
     */
    record Diverged(long index, boolean exact, Optional<String> alone, List<String> others) implements NodeEvent {
        /** Copies. */
        public Diverged {
            others = List.copyOf(others);
        }
    }

    /**
     * A member has not been heard by this leader for longer than the longest election timeout.
     *
     * @param peer address
     */
    record PeerSilent(String peer) implements NodeEvent {}

    /**
     * A member that was silent is heard again.
     *
     * @param peer address
     */
    record PeerBack(String peer) implements NodeEvent {}
}
