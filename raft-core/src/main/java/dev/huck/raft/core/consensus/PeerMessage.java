package dev.huck.raft.core.consensus;

/** What nodes say to each other: consensus, or admission to the cluster. */
public sealed interface PeerMessage permits Message, Admission {}
