package dev.huck.raft.core.consensus;

/**
 * Bounds of the core, in bytes unless said.
 *
 * @param appendBytes payload of one {@link Message.Append}; a single larger entry still travels
 * @param windowBytes payload under way to one peer
 * @param windowMessages messages under way to one peer
 * @param cacheBytes recent entries kept in memory; those not yet durable are kept beyond it
 * @param applyBytes payload handed to the machine and not yet applied
 * @param budgetBytes payload proposed here and not yet applied, before more is rejected
 * @param snapshotEveryBytes applied payload after which a snapshot is taken
 * @param logTailBytes payload kept behind a snapshot for peers that lag
 * @param chunkBytes of a snapshot in one {@link Message.InstallSnapshot}
 */
public record Limits(
        int appendBytes,
        long windowBytes,
        int windowMessages,
        long cacheBytes,
        long applyBytes,
        long budgetBytes,
        long snapshotEveryBytes,
        long logTailBytes,
        int chunkBytes) {
    /** For production, with the options' defaults. */
    public static final Limits DEFAULT =
            new Limits(1 << 20, 8 << 20, 256, 32 << 20, 8 << 20, 256L << 20, 64L << 20, 16L << 20, 256 << 10);

    /**
     * The same with what a user may choose.
     *
     * @param budget {@link #budgetBytes}, and the most for {@link #cacheBytes}
     * @param snapshotEvery {@link #snapshotEveryBytes}
     * @param logTail {@link #logTailBytes}
     * @return the limits
     */
    public Limits with(long budget, long snapshotEvery, long logTail) {
        return new Limits(
                appendBytes,
                windowBytes,
                windowMessages,
                Math.min(cacheBytes, budget),
                applyBytes,
                budget,
                snapshotEvery,
                logTail,
                chunkBytes);
    }
}
