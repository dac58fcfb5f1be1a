/** The shell: threads, files and clocks around the pure core, and clients' way to it and back. */
package dev.huck.raft.core.node;
