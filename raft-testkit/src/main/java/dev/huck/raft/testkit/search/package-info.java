/** Every order of events of a few cores, within bounds, with each state looked at once. */
package dev.huck.raft.testkit.search;
