package dev.huck.raft.api;

import dev.huck.raft.api.spi.Engine;
import dev.huck.raft.api.spi.Providers;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A running node: one replica of a machine, and the door to its cluster. Safe for use by several threads. */
public interface Node extends AutoCloseable {

    /**
     * Opens a node with the defaults of {@link Options}: durable, linearizable.
     *
     * @param directory the node's own directory; made if missing
     * @param address host:port to listen on
     * @param machine makes a fresh, empty machine; called for every restore
     * @return the running node
     * @throws HuckException when it can't start; the message says what to change
     */
    static Node open(Path directory, String address, Supplier<? extends Machine> machine) {
        return open(Options.builder().directory(directory).address(address).build(), machine);
    }

    /**
     * Opens a node.
     *
     * @param options how
     * @param machine makes a fresh, empty machine; called for every restore
     * @return the running node
     * @throws HuckException when it can't start; the message says what to change
     */
    static Node open(Options options, Supplier<? extends Machine> machine) {
        return Providers.choose(Engine.class, Engine::name, options.engine()).open(options, machine);
    }

    /**
     * Opens a client in this process; each is a connection of its own.
     *
     * @return the client
     */
    Client client();

    /**
     * Where clients and peers reach this node.
     *
     * @return host:port, with the real port if 0 was asked for
     */
    String address();

    /**
     * What the node knows of itself and its cluster.
     *
     * @return a moment's view
     */
    NodeStatus status();

    /**
     * What the node counts of itself: commands, entries, reads by level, rejections by reason, messages by type, bytes,
     * syncs, elections, snapshots; and how full its bounded queues are, in bytes, each beside its bound ({@code …_limit}).
     * {@code peer_messages_dropped} counts what peers sent while too much of it waited: as if the network had lost it.
     * Counters begin at 0 with the node and only go up; one that nothing was counted in yet may be missing.
     *
     * @return a moment's figures, sorted by name
     */
    Map<String, Long> metrics();

    /**
     * Adds a node: it must run, belong to no cluster, and be reachable. It enters as a learner and becomes a voter when it
     * has caught up. Only the leader can.
     *
     * @param address host:port of the newcomer
     * @return completed when it votes; exceptionally with a {@link HuckException}
     */
    default CompletionStage<Void> addMember(String address) {
        return changeMembers(MembershipChange.builder().addVoter(address).build());
    }

    /**
     * Removes a node. Only the leader can; it can remove itself.
     *
     * @param idOrAddress the node's id or address
     * @return completed when the change is committed; exceptionally with a {@link HuckException}
     */
    default CompletionStage<Void> removeMember(String idOrAddress) {
        return changeMembers(MembershipChange.builder().remove(idOrAddress).build());
    }

    /**
     * Changes the membership, in one step and at one moment: see {@link MembershipChange}. Only the leader can, and one
     * change at a time; it is refused with {@link HuckException.Busy} while another is under way, and with
     * {@link HuckException.Rejected} when it was made for another configuration. It is refused with
     * {@link HuckException.Busy}, too, when nobody could be elected after it without a voter that is silent or recovering
     * just then. Once begun, whoever leads finishes it. A
     * change that waits for newcomers is given up by removing one of them.
     *
     * @param change what to change
     * @return completed when all of it is committed; exceptionally with a {@link HuckException}, which is
     *     {@link HuckException.OutcomeUnknown} if this node ceased to lead, or newcomers have not caught up in time
     */
    CompletionStage<Void> changeMembers(MembershipChange change);

    /**
     * Makes a learner a voter, once it has caught up. Only the leader can.
     *
     * @param idOrAddress the member
     * @return completed when it votes; exceptionally as {@link #changeMembers}
     */
    default CompletionStage<Void> promote(String idOrAddress) {
        return changeMembers(MembershipChange.builder().promote(idOrAddress).build());
    }

    /**
     * Makes a voter a learner: it keeps a copy of the data, and counts in no quorum. Only the leader can; it can demote
     * itself, and then hands over.
     *
     * @param idOrAddress the member
     * @return completed when the change is committed; exceptionally as {@link #changeMembers}
     */
    default CompletionStage<Void> demote(String idOrAddress) {
        return changeMembers(MembershipChange.builder().demote(idOrAddress).build());
    }

    /**
     * Hands leadership to another voter, the most up to date one. Does nothing where this node does not lead.
     *
     * @return completed when this node no longer leads; exceptionally if it still does after an election timeout
     */
    CompletionStage<Void> transferLeadership();

    /**
     * Hands leadership to the voter that is named. Commands that arrive meanwhile are refused ({@code BUSY}).
     *
     * @param idOrAddress the voter
     * @return completed when that one leads; exceptionally with {@link HuckException.NotLeader} where this node does not
     *     lead, {@link HuckException.Rejected} when the member is unknown or does not vote, {@link HuckException.Busy} when
     *     it is silent, has not taken over within an election timeout, or somebody else has
     */
    CompletionStage<Void> transferLeadership(String idOrAddress);

    /**
     * Takes a snapshot now.
     *
     * @return completed with the index that it covers, once it is durable
     */
    CompletionStage<Long> snapshot();

    /**
     * Gives disk space that the log no longer needs back to the system.
     *
     * @return completed when done
     */
    CompletionStage<Void> shrinkLog();

    /**
     * Waits until the node has stopped, by {@link #close} or by itself.
     *
     * @throws InterruptedException when interrupted
     * @throws HuckException when it stopped because something failed
     */
    void awaitClose() throws InterruptedException;

    /** Hands leadership over, if it leads, finishes what is under way, and stops. Idempotent. */
    @Override
    void close();
}
