/**
 * What must always hold and can be seen on one node: one class each. The simulator shows them every node after every event;
 * {@link dev.huck.raft.core.check.OwnInvariants} shows them the node that they run in, when it is asked to.
 */
package dev.huck.raft.core.check;
