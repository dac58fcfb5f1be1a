package dev.huck.raft.core.consensus;

/**
 * What nodes say to each other: consensus, admission to the cluster, what they are, what their machines have come to, or
 * clients' commands passed on.
 */
public sealed interface PeerMessage permits Message, Admission, RollCall, Forwarding, Comparison {}
