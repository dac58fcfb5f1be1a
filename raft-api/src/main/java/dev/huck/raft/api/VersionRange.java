package dev.huck.raft.api;

/**
 * The versions of something that a node understands.
 *
 * @param oldest the oldest, at least 1
 * @param newest the newest, at least the oldest
 */
public record VersionRange(int oldest, int newest) {
    /** Version 1 alone: what is not said otherwise. */
    public static final VersionRange ONE = new VersionRange(1, 1);

    /** Checks the bounds. */
    public VersionRange {
        if (oldest < 1 || newest < oldest) {
            throw new IllegalArgumentException("versions go from 1 up, the oldest first: " + oldest + ".." + newest);
        }
    }

    /**
     * Whether a version is understood.
     *
     * @param version the version
     * @return true if it is in the range
     */
    public boolean contains(int version) {
        return oldest <= version && version <= newest;
    }

    @Override
    public String toString() {
        return oldest == newest ? Integer.toString(oldest) : oldest + ".." + newest;
    }
}
