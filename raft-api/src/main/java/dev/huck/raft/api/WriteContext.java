package dev.huck.raft.api;

import java.util.random.RandomGenerator;

/** Position, time and randomness of one replicated command; the same on every node. */
public interface WriteContext extends ReadContext {

    /**
     * The term of the entry.
     *
     * @return the term, from 1
     */
    long term();

    /**
     * The command's place in its entry: a command's position is (index, ordinal).
     *
     * @return from 0
     */
    int ordinal();

    /**
     * The version of the machine's commands that is in use at this entry; the same on every node.
     *
     * @return one that {@link Machine#versions} of every member contained when it was raised; from 1
     */
    default int version() {
        return 1;
    }

    /**
     * Randomness that is the same on every node: seeded from the entry and the ordinal.
     *
     * @return a generator that serves this command alone
     */
    RandomGenerator random();
}
