package dev.huck.raft.core.consensus;

/** What nodes say to each other: consensus, admission to the cluster, what they are, or what their machines have come to. */
public sealed interface PeerMessage permits Message, Admission, RollCall, Comparison {}
