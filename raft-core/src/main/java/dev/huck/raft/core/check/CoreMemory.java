package dev.huck.raft.core.check;

import dev.huck.raft.core.consensus.Held;
import dev.huck.raft.core.consensus.Limits;

/**
 * What a core holds in memory stays within its limits: recent entries, what was proposed and not applied, what the machine
 * was handed, what is under way to a peer, reads that wait for an index (dissertation §10.2, flow control of pipelined
 * appends).
 */
public final class CoreMemory {
    private static final String BOUNDS = "memory stays within its bounds";

    /** Numbers of reads that wait for a read index, as the documentation states it. */
    private static final int READS = 4096;

    private final Report report;
    private final Limits limits;

    /**
     * A check.
     *
     * @param report told of violations
     * @param limits of the node that is looked at
     */
    public CoreMemory(Report report, Limits limits) {
        this.report = report;
        this.limits = limits;
    }

    /**
     * Looks at a node between two of its turns.
     *
     * @param core its core
     * @param held what the core holds
     */
    public void observe(CoreView core, Held held) {
        if (held.cached() > limits.cacheBytes() && held.cachedFrom() <= held.counted()) {
            report.violated(
                    BOUNDS,
                    "store " + core.storeId() + " keeps " + held.cached() + " bytes of entries from "
                            + held.cachedFrom() + " on in memory, may keep " + limits.cacheBytes() + ", and up to "
                            + held.counted() + " they are durable");
        }
        open(core, "proposed and not applied", held.proposed(), limits.budgetBytes() + 1);
        open(core, "handed to the machine and not applied", held.applying(), limits.applyBytes());
        open(core, "under way to a peer", held.window(), limits.windowBytes());
        if (held.messages() > limits.windowMessages()) {
            report.violated(
                    BOUNDS,
                    "store " + core.storeId() + " has " + held.messages() + " messages under way to a peer, "
                            + limits.windowMessages() + " at most");
        }
        if (held.reads() > READS) {
            report.violated(
                    BOUNDS,
                    "store " + core.storeId() + " keeps " + held.reads() + " reads that wait for an index, " + READS
                            + " at most");
        }
    }

    /** A window that was open before the newest part was let through. */
    private void open(CoreView core, String what, long before, long size) {
        if (before < 0 || (before > 0 && before >= size)) {
            report.violated(
                    BOUNDS,
                    "store " + core.storeId() + " has more than one part of " + what + ", " + before
                            + " bytes without the newest, which was to wait for less than " + size);
        }
    }

    /**
     * Compares what a core counts with what is there.
     *
     * @param core the core
     * @param held as it counts
     * @param anew as is counted from what is there
     */
    public void compare(CoreView core, Held held, Held anew) {
        if (!held.equals(anew)) {
            report.violated(
                    BOUNDS, "store " + core.storeId() + " counts " + held + " in memory, and there are " + anew);
        }
    }
}
