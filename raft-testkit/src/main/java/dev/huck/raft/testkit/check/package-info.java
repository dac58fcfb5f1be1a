/** What must always hold, one class each, and the records of a run that they are checked against. */
package dev.huck.raft.testkit.check;
