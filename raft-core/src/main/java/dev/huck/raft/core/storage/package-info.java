/** The engine's own files beside the log: who the node is and how it voted, and its snapshots. */
package dev.huck.raft.core.storage;
