package dev.huck.raft.api;

/**
 * The configuration in force on a node: from when it is in the node's log, which is before it is committed.
 *
 * @param index the entry that carries it: a {@link MembershipChange} can be made for it; 0 before there is one
 * @param committed whether that entry is known to be committed
 * @param joint whether a change of voters is being carried out: two quorums are needed
 * @param planned whether a change waits for members that have not caught up
 * @param protocol the newest version of the peer protocol that all members understand
 * @param machine the version of the machine's commands that is in use
 */
public record ConfigurationInfo(
        long index, boolean committed, boolean joint, boolean planned, int protocol, int machine) {}
