package dev.huck.raft.core.check;

/** Takes what was found to be broken. */
@FunctionalInterface
public interface Report {

    /**
     * An invariant is broken.
     *
     * @param invariant its name
     * @param message what was seen
     */
    void violated(String invariant, String message);
}
