/** The simulator's command line. */
package dev.huck.raft.testkit.cli;
