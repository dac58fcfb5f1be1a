package dev.huck.raft.core.consensus;

/**
 * Nodes that compare their machines' digests: what all was applied, and what came of it. The shell's alone: consensus
 * does not depend on it.
 */
public sealed interface Comparison extends PeerMessage {

    /**
     * How far a machine has come, and its digest there. Sent to all members, once in a while.
     *
     * @param storeId the sender's store
     * @param index the last entry applied
     * @param digest over all up to there
     */
    record Report(long storeId, long index, long digest) implements Comparison {}

    /**
     * Asks for the digest at an entry.
     *
     * @param call the asker's number, echoed
     * @param index the entry
     */
    record Question(long call, long index) implements Comparison {}

    /**
     * The digest that was asked for.
     *
     * @param call echoed
     * @param storeId the sender's store
     * @param index echoed
     * @param oldest the first entry whose digest the sender still has
     * @param newest the last one; outside of the two the digest means nothing
     * @param digest over all up to {@code index}
     */
    record Answer(long call, long storeId, long index, long oldest, long newest, long digest) implements Comparison {
        /** @return whether the sender has the digest */
        public boolean isKnown() {
            return index >= oldest && index <= newest;
        }
    }
}
