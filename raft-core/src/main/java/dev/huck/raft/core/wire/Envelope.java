package dev.huck.raft.core.wire;

import dev.huck.raft.core.consensus.PeerMessage;
import dev.huck.raft.core.storage.Incarnation;

/**
 * A message between nodes with what it takes to deliver it and to refuse a stranger's.
 *
 * @param clusterId the sender's cluster; 0 while it belongs to none
 * @param groupId the consensus group within the nodes
 * @param receiver store id of the node it is meant for; 0 for whoever listens at the address
 * @param senderAddress host:port at which the sender is reached
 * @param incarnation of the sender's directory
 * @param heard the run of the receiver that the sender has written down; 0 for none
 * @param message the message
 */
public record Envelope(
        long clusterId,
        long groupId,
        long receiver,
        String senderAddress,
        Incarnation incarnation,
        long heard,
        PeerMessage message) {}
