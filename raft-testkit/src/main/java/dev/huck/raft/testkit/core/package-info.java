/** Consensus cores driven by hand, without the shell: every write, message and tick is the caller's choice. */
package dev.huck.raft.testkit.core;
