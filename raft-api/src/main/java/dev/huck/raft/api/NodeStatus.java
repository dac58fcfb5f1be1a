package dev.huck.raft.api;

import java.util.List;
import java.util.Optional;

/**
 * A node's view of itself and its cluster at one moment.
 *
 * @param id the node's id
 * @param storeId its data directory's id
 * @param clusterId the cluster's id; 0 before it belongs to one
 * @param role its role
 * @param term its term
 * @param leader the leader's address, if known
 * @param lastIndex last entry of its log
 * @param commitIndex last entry known to be committed
 * @param appliedIndex last entry applied to the machine
 * @param snapshotIndex last entry covered by its newest snapshot; 0 for none
 * @param members the cluster's members, by id
 * @param configuration what is said of the configuration that names them
 */
public record NodeStatus(
        String id,
        long storeId,
        long clusterId,
        Role role,
        long term,
        Optional<String> leader,
        long lastIndex,
        long commitIndex,
        long appliedIndex,
        long snapshotIndex,
        List<MemberInfo> members,
        ConfigurationInfo configuration) {
    /** Copies the list. */
    public NodeStatus {
        members = List.copyOf(members);
    }
}
