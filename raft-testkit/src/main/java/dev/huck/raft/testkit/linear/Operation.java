package dev.huck.raft.testkit.linear;

import org.jspecify.annotations.Nullable;

/**
 * One operation of a history.
 *
 * @param called when it was called
 * @param returned when it returned, not before {@code called}; {@link Long#MAX_VALUE} if that never happened, and then it
 *     may take effect at any time or never
 * @param input what was asked
 * @param output what was answered; null if nothing is known
 * @param <I> what is asked
 * @param <O> what is answered
 */
public record Operation<I, O>(long called, long returned, I input, @Nullable O output) {}
