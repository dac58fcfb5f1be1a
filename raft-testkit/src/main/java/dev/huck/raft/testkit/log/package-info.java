/**
 * The contract suite of {@link dev.huck.raft.api.spi.LogStore}: extend
 * {@link dev.huck.raft.testkit.log.LogStoreContract} in one class of your tests, and your store is held to what the
 * engine relies on.
 */
package dev.huck.raft.testkit.log;
