package dev.huck.raft.core.consensus;

import dev.huck.raft.api.VersionRange;

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
        OUTGOING,
        /** In the old quorum of a joint configuration only; a learner when that ends. */
        DEMOTED,
        /** In no quorum yet; part of a change that begins when all such members have caught up. */
        AWAITED,
        /** In the quorum until the change that waits for the awaited begins; then outgoing. */
        LEAVING,
        /** In the quorum until the change that waits for the awaited begins; then demoted. */
        RETREATING;

        /** @return whether it counts in the old quorum and in the new one, as if nothing were to change */
        boolean isFull() {
            return this == VOTER || this == LEAVING || this == RETREATING;
        }
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
        /**
         * Version 2 of the protocol says how far a node's machine has come (see {@link Message.Applied}), and knows of
         * members that are let in again with an empty directory.
         */
        public static final int NEWEST_PROTOCOL = 2;

        /** What this build understands, with a machine that says nothing of versions. */
        public static final Versions CURRENT = new Versions(1, NEWEST_PROTOCOL, 1, 1);

        /**
         * What a node understands.
         *
         * @param protocolMax newest version of the protocol that it may admit to; 0 for all that this build knows
         * @param machine the machine's
         * @return the versions
         */
        public static Versions of(int protocolMax, VersionRange machine) {
            int newest = protocolMax == 0 ? NEWEST_PROTOCOL : Math.min(protocolMax, NEWEST_PROTOCOL);
            return new Versions(1, newest, machine.oldest(), machine.newest());
        }
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
        return voting.isFull() || voting == Voting.INCOMING;
    }

    /**
     * Whether it counts in the quorum that was the only one before a joint configuration.
     *
     * @return true for a voter, also one that is outgoing or demoted
     */
    public boolean votesInOld() {
        return voting.isFull() || voting == Voting.OUTGOING || voting == Voting.DEMOTED;
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

    /**
     * The same member elsewhere, or with another build.
     *
     * @param newAddress host:port
     * @param newVersions what it understands now
     * @return the member
     */
    public Member at(String newAddress, Versions newVersions) {
        return new Member(storeId, nodeId, newAddress, voting, newVersions);
    }
}
