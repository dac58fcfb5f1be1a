/** A checker of histories: was every operation as if it took effect at one moment between its call and its return? */
package dev.huck.raft.testkit.linear;
