package dev.huck.raft.testkit.sim;

import org.jspecify.annotations.Nullable;

/**
 * A reply as a client reads it; the simulated machine's are all of one element.
 *
 * @param text of a status or an error, with its code word; null for anything else
 * @param isError whether it is an error
 * @param bytes of a string; null for anything else
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record SimReply(@Nullable String text, boolean isError, byte @Nullable [] bytes) {}
