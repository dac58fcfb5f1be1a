package dev.huck.raft.testkit.linear;

import org.jspecify.annotations.Nullable;

/**
 * A sequential specification: what each operation does when operations come one after the other.
 *
 * @param <S> the state; immutable, with {@code equals} and {@code hashCode}
 * @param <I> what is asked
 * @param <O> what is answered
 */
public interface Model<S, I, O> {

    /** @return the state before the first operation */
    S initial();

    /**
     * What an operation does.
     *
     * @param state before
     * @param input what is asked
     * @param output what was answered; null if nothing is known, and then anything may have been
     * @return the state afterwards; null if this answer can't be given in this state
     */
    @Nullable
    S step(S state, I input, @Nullable O output);
}
