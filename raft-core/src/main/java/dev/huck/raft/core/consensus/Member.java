package dev.huck.raft.core.consensus;

/**
 * A member of the cluster. A voter is (node id, store id): the core knows members by store id alone, so a node that comes
 * back with an empty disk is somebody else.
 *
 * @param storeId random id of the data directory; never 0
 * @param nodeId the node's name
 * @param address host:port at which it is reached
 * @param voting its part in elections and commits
 * @param versions what it understands
 */
public record Member(long storeId, String nodeId, String address, Voting voting, Versions versions) {

    /** A member's part in the quorums of a configuration; in a joint one there are two. */
    public enum Voting {
        /** In no quorum, and is not meant to be promoted by itself. */
        LEARNER,
        /** In no quorum yet; the leader promotes it when it has caught up. */
        NEWCOMER,
        /** In the quorum, in both of a joint configuration. */
        VOTER,
        /** In the new quorum of a joint configuration only. */
        INCOMING,
        /** In the old quorum of a joint configuration only; leaves as a member when that ends. */
        OUTGOING
    }

    /**
     * Ranges of versions, so that a leader emits only what all understand.
     *
     * @param protocolMin oldest version of the peer protocol
     * @param protocolMax newest
     * @param machineMin oldest version of the machine's commands and snapshots
     * @param machineMax newest
     */
    public record Versions(int protocolMin, int protocolMax, int machineMin, int machineMax) {
        /** What this build understands. */
        public static final Versions CURRENT = new Versions(1, 1, 1, 1);
    }

    /** Checks the identity. */
    public Member {
        if (storeId == 0 || nodeId.isEmpty() || address.isEmpty()) {
            throw new IllegalArgumentException("a member needs a store id, a node id and an address");
        }
    }

    /**
     * Whether it counts in the quorum that is (or is becoming) the only one.
     *
     * @return true for a voter, also an incoming one
     */
    public boolean votesInNew() {
        return voting == Voting.VOTER || voting == Voting.INCOMING;
    }

    /**
     * Whether it counts in the quorum that was the only one before a joint configuration.
     *
     * @return true for a voter, also an outgoing one
     */
    public boolean votesInOld() {
        return voting == Voting.VOTER || voting == Voting.OUTGOING;
    }

    /**
     * The same member in another part.
     *
     * @param part the part
     * @return the member
     */
    public Member as(Voting part) {
        return new Member(storeId, nodeId, address, part, versions);
    }
}
