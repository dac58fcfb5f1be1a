/** The shell: threads, files and clocks around the pure core. */
package dev.huck.raft.core.node;
