package dev.huck.raft.api;

/**
 * A member of the cluster as its configuration names it.
 *
 * @param id the node's id
 * @param storeId the random id of its data directory; a voter is (id, storeId)
 * @param address host:port at which clients and peers reach it
 * @param voter whether it votes; a learner does not
 */
public record MemberInfo(String id, long storeId, String address, boolean voter) {}
