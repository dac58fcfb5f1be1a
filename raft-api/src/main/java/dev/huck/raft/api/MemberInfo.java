package dev.huck.raft.api;

import java.util.OptionalLong;

/**
 * A member of the cluster as its configuration names it.
 *
 * @param id the node's id
 * @param storeId the random id of its data directory; a voter is (id, storeId)
 * @param address host:port at which clients and peers reach it
 * @param voting what it is to the quorums
 * @param protocol versions of the peer protocol that it understands
 * @param machine versions of the machine's commands that it understands
 * @param appliedIndex the last entry that its machine has applied, as the leader last heard; empty on other nodes, and
 *     while some member speaks version 1 of the protocol only
 */
public record MemberInfo(
        String id,
        long storeId,
        String address,
        Voting voting,
        VersionRange protocol,
        VersionRange machine,
        OptionalLong appliedIndex) {

    /**
     * Whether it votes; a learner does not.
     *
     * @return as {@link Voting#isVoter}
     */
    public boolean voter() {
        return voting.isVoter();
    }
}
