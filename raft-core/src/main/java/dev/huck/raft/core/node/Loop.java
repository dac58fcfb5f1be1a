package dev.huck.raft.core.node;

import dev.huck.raft.api.MembershipChange;
import dev.huck.raft.api.NodeStatus;
import dev.huck.raft.api.spi.LogPosition;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The node's loop as sessions and the machine stage see it. Any thread may call; nothing blocks. */
interface Loop {

    /**
     * Takes writes, and reads that need the leader, of one session.
     *
     * @param operations in the session's order, never changed after; each is answered through the {@link MachineRunner}
     */
    void submit(List<Operation> operations);

    /** @return monotonic nanoseconds */
    long nanoTime();

    /** @return what all sessions of the node share; the same at each call */
    Budget budget();

    /**
     * Says whether the leader's lease of a term still holds.
     *
     * @param term the term at which a read was admitted
     * @return true if this node has led without a break since then and its lease has not run out at this moment
     */
    boolean leaseValid(long term);

    /**
     * Says where the commands of this node's clients go.
     *
     * @return true if they are forwarded to the leader, which is another node
     */
    boolean forwards();

    /**
     * How long to wait for a leader to say how far the log is committed. Any thread.
     *
     * @return nanoseconds: the cluster's shortest election timeout, as longer helps nobody
     */
    long stalePatience();

    /** Asks the leader how far the log is committed; answered by {@link MachineRunner#upToDate}, if by anybody. */
    void refresh();

    /**
     * The machine has applied entries.
     *
     * @param index the last one
     */
    void applied(long index);

    /**
     * The machine failed in a way that leaves its state suspect. It applies nothing until {@link #machineRestarted}.
     *
     * @param cause what was thrown
     * @param index the entry at which it failed, which is not applied
     */
    void machineFailed(Throwable cause, long index);

    /** The machine's state is suspect, though it has not failed. It applies nothing until {@link #machineRestarted}. */
    void machineDistrusted();

    /**
     * The machine was rebuilt from the newest snapshot. What follows is to be sent again.
     *
     * @param appliedIndex the last entry that the rebuilt state covers
     * @param told what the latest snapshot covered that it was told to restore; 0 for none
     */
    void machineRestarted(long appliedIndex, long told);

    /**
     * The machines of this node and of others are not the same any more.
     *
     * @param finding since when, and who
     * @param again whether this node's machine was rebuilt because of it before
     */
    void diverged(Agreement.Finding finding, boolean again);

    /**
     * A snapshot of the machine is durable.
     *
     * @param position what it covers
     */
    void snapshotSaved(LogPosition position);

    /** A snapshot was asked for but not taken. */
    void snapshotAbandoned();

    /**
     * A snapshot was asked for but not taken.
     *
     * @param reason for people, without a code word
     */
    default void snapshotAbandoned(String reason) {
        snapshotAbandoned();
    }

    /**
     * As {@link dev.huck.raft.api.Node#changeMembers}.
     *
     * @param change what to change
     * @return completed when it is committed
     */
    CompletionStage<Void> changeMembers(MembershipChange change);

    /**
     * As {@link dev.huck.raft.api.Node#transferLeadership(String)}.
     *
     * @param idOrAddress the voter that is to lead; empty for whichever is the most up to date
     * @return completed when it does
     */
    CompletionStage<Void> transferLeadership(String idOrAddress);

    /**
     * As {@link dev.huck.raft.api.Node#snapshot}.
     *
     * @return completed when it is durable
     */
    CompletionStage<Long> snapshot();

    /**
     * As {@link dev.huck.raft.api.Node#shrinkLog}.
     *
     * @return completed when done
     */
    CompletionStage<Void> shrinkLog();

    /** @return a moment's view of the node */
    NodeStatus status();

    /**
     * Whether this node leads and has not heard a member for the longest election timeout. Any thread.
     *
     * @param member store id
     */
    boolean isSilent(long member);

    /**
     * Counts something.
     *
     * @param name what
     * @param amount how much more
     */
    void count(String name, long amount);

    /** @return as {@link dev.huck.raft.api.Node#metrics} */
    Map<String, Long> metrics();

    /** @return the node's figures, sorted by name, for {@code RAFTSTATS} */
    Map<String, String> stats();

    /** @return address and state of every member as each says itself, sorted by address, for {@code RAFTPEERS} */
    CompletionStage<List<Map.Entry<String, String>>> peers();
}
