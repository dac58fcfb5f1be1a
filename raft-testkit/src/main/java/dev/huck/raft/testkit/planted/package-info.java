/** Bugs planted into the real sources, to see whether the simulator finds them. */
package dev.huck.raft.testkit.planted;
