/** What nodes say to each other, as bytes. */
package dev.huck.raft.core.wire;
