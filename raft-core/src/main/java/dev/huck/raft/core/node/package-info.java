/** The shell around the core: clients' sessions, the machine's stage and what ties them to the loop. */
package dev.huck.raft.core.node;
