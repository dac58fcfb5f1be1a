/** A log store without a disk, for tests and for trying things out. */
package dev.huck.raft.core.memory;
