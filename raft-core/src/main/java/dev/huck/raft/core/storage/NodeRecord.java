package dev.huck.raft.core.storage;

import dev.huck.raft.api.Durability;
import dev.huck.raft.core.consensus.HardState;
import dev.huck.raft.core.consensus.Loss;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What a node must not forget about itself.
 *
 * @param clusterId the cluster it belongs to; 0 for none yet
 * @param nodeId its name, for people
 * @param storeId random id of the directory, which names it as a voter; never 0
 * @param address host:port at which it was last reached
 * @param hardState term and vote
 * @param incarnation which life of this directory this is
 * @param heard whether somebody has this incarnation written down: only then is the next start a new one
 * @param founded whether the log has ever held an entry, so that an empty one is a loss
 * @param clean whether the last run ended in a synced shutdown; false while it runs
 * @param loss why it may have forgotten what it acknowledged, as long as it has not caught up since
 * @param trusted after a write or a sync of the log that failed, the last entry that is known to be on disk, whatever the
 *     operating system shows behind it; {@link #NOTHING} if that can't be told, {@link #ALL} as long as none has failed
 * @param bootId the operating system's run in which nothing of its acknowledgements was lost; empty if unknown
 * @param lastDurability the level at which it ran last
 * @param seen the newest incarnation that it has heard of each other store
 */
public record NodeRecord(
        long clusterId,
        String nodeId,
        long storeId,
        String address,
        HardState hardState,
        Incarnation incarnation,
        boolean heard,
        boolean founded,
        boolean clean,
        Loss loss,
        long trusted,
        String bootId,
        Durability lastDurability,
        Map<Long, Incarnation> seen) {

    /** No write or sync of the log has failed. */
    public static final long ALL = Long.MAX_VALUE;

    /** A sync has failed of which nobody can tell what it was for: nothing of the log is known to be on disk. */
    public static final long NOTHING = -1;

    /** The longest text in bytes of UTF-8; three of them fit into a slot of {@link NodeFile}. */
    public static final int MAX_TEXT = 1024;

    /** The most other stores that are remembered; they fit into a slot of {@link NodeFile} beside the texts. */
    public static final int MAX_SEEN = 32;

    /** Checks the identity and that it fits. */
    public NodeRecord {
        if (storeId == 0) {
            throw new IllegalArgumentException("a store id is never 0");
        }
        checkFits("node id", nodeId);
        checkFits("address", address);
        checkFits("boot id", bootId);
        if (seen.size() > MAX_SEEN) {
            throw new IllegalArgumentException("more than " + MAX_SEEN + " stores");
        }
        seen = Map.copyOf(seen);
    }

    private static void checkFits(String what, String text) {
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        if (length > MAX_TEXT) {
            throw new IllegalArgumentException(
                    "the " + what + " takes " + length + " bytes; at most " + MAX_TEXT + " are allowed");
        }
    }

    /**
     * With another term and vote.
     *
     * @param value the hard state
     * @return the record
     */
    public NodeRecord withHardState(HardState value) {
        return with(draft -> draft.hardState = value);
    }

    /**
     * In another cluster.
     *
     * @param value the cluster's id
     * @return the record
     */
    public NodeRecord withCluster(long value) {
        return with(draft -> draft.clusterId = value);
    }

    /**
     * At another address.
     *
     * @param value host:port
     * @return the record
     */
    public NodeRecord withAddress(String value) {
        return with(draft -> draft.address = value);
    }

    /**
     * With another incarnation, which nobody has heard of yet.
     *
     * @param value the incarnation
     * @return the record
     */
    public NodeRecord withIncarnation(Incarnation value) {
        return with(draft -> {
            draft.incarnation = value;
            draft.heard = false;
        });
    }

    /**
     * With the mark that somebody has its incarnation written down.
     *
     * @return the record
     */
    public NodeRecord withHeard() {
        return with(draft -> draft.heard = true);
    }

    /**
     * With the mark that the log has held an entry, or without.
     *
     * @param value the mark
     * @return the record
     */
    public NodeRecord withFounded(boolean value) {
        return with(draft -> draft.founded = value);
    }

    /**
     * With the mark of a clean shutdown, or without.
     *
     * @param value the mark
     * @return the record
     */
    public NodeRecord withClean(boolean value) {
        return with(draft -> draft.clean = value);
    }

    /**
     * As a node that recovers, or does not.
     *
     * @param value why it does
     * @return the record
     */
    public NodeRecord withLoss(Loss value) {
        return with(draft -> draft.loss = value);
    }

    /**
     * With a log that holds no more than so much for sure.
     *
     * @param value index of the last entry that is known to be on disk, or {@link #ALL}
     * @return the record
     */
    public NodeRecord withTrusted(long value) {
        return with(draft -> draft.trusted = value);
    }

    /**
     * In another run of the operating system.
     *
     * @param value its boot id
     * @return the record
     */
    public NodeRecord withBootId(String value) {
        return with(draft -> draft.bootId = value);
    }

    /**
     * At another level.
     *
     * @param value the level
     * @return the record
     */
    public NodeRecord withLastDurability(Durability value) {
        return with(draft -> draft.lastDurability = value);
    }

    /**
     * With what it has heard of others.
     *
     * @param value at most {@link #MAX_SEEN}
     * @return the record
     */
    public NodeRecord withSeen(Map<Long, Incarnation> value) {
        return with(draft -> draft.seen = value);
    }

    /** Every change goes through here, so that none can lose what it is not about. */
    private NodeRecord with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.record();
    }

    /** A record that is being changed. */
    private static final class Draft {
        private long clusterId;
        private final String nodeId;
        private final long storeId;
        private String address;
        private HardState hardState;
        private Incarnation incarnation;
        private boolean heard;
        private boolean founded;
        private boolean clean;
        private Loss loss;
        private long trusted;
        private String bootId;
        private Durability lastDurability;
        private Map<Long, Incarnation> seen;

        Draft(NodeRecord from) {
            clusterId = from.clusterId;
            nodeId = from.nodeId;
            storeId = from.storeId;
            address = from.address;
            hardState = from.hardState;
            incarnation = from.incarnation;
            heard = from.heard;
            founded = from.founded;
            clean = from.clean;
            loss = from.loss;
            trusted = from.trusted;
            bootId = from.bootId;
            lastDurability = from.lastDurability;
            seen = from.seen;
        }

        NodeRecord record() {
            return new NodeRecord(
                    clusterId,
                    nodeId,
                    storeId,
                    address,
                    hardState,
                    incarnation,
                    heard,
                    founded,
                    clean,
                    loss,
                    trusted,
                    bootId,
                    lastDurability,
                    seen);
        }
    }
}
