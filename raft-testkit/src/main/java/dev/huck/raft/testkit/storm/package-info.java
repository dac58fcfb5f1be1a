/** For those who write machines: a machine of theirs in the storms that the engine itself is tested in. */
package dev.huck.raft.testkit.storm;
