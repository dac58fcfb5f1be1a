package dev.huck.raft.testkit.storm;

/** A storm has shown that something does not hold. The message says what, where in the log, and how to see it again. */
@SuppressWarnings("serial")
public final class StormFailure extends AssertionError {
    private final long seed;

    StormFailure(long seed, String message) {
        super(message);
        this.seed = seed;
    }

    /** @return the seed of the run that showed it; {@link Storm#replay} tells that run */
    public long seed() {
        return seed;
    }
}
