package dev.huck.raft.core.consensus;

/** What nodes say to each other: consensus, admission to the cluster, or what they are. */
public sealed interface PeerMessage permits Message, Admission, RollCall {}
