package dev.huck.raft.core.consensus;

/** What nodes say to each other: consensus, admission to the cluster, or commands of clients on their way to the leader. */
public sealed interface PeerMessage permits Message, Admission, Forwarding {}
