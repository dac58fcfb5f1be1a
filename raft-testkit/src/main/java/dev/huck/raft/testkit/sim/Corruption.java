package dev.huck.raft.testkit.sim;

import dev.huck.raft.testkit.check.AppliedHistory;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One machine's state that has become wrong, and whether its node finds out. Machines that were not touched say what each
 * command's result is; what clients are told by a wrong one counts as nothing.
 */
final class Corruption {
    private final SimWorld world;
    private final Map<Long, Long> right = new HashMap<>();
    private final Map<Long, Long> wrong = new HashMap<>();
    private final Set<Integer> checked = new HashSet<>();
    private @Nullable SimProcess struck;
    private int found;

    Corruption(SimWorld world) {
        this.world = world;
    }

    /** Turns a bit in the state of a node's machine; once in a run, so that it stands alone. */
    void strike(SimHost host, SimRandom random) {
        SimProcess process = host.process();
        SimMachine machine = process == null ? null : process.machine();
        if (struck == null && process != null && machine != null && host.isUp()) {
            struck = process;
            world.trace(host.number(), "has a wrong bit in its machine's state");
            machine.spoil(random.nextInt(SimMachine.KEYS), 1L << random.nextInt(60));
        }
    }

    /** A machine gives a result. */
    void result(boolean spoilt, long position, long value) {
        (spoilt ? wrong : right).put(position, spoilt ? ~value : value);
    }

    /** The first entry at which a result of the wrong machine was another than the right one; 0 for none so far. */
    private long firstDifference() {
        long first = Long.MAX_VALUE;
        for (Map.Entry<Long, Long> result : wrong.entrySet()) {
            Long other = right.get(result.getKey());
            if (other != null && !other.equals(result.getValue())) {
                first = Math.min(first, result.getKey());
            }
        }
        return first == Long.MAX_VALUE ? 0 : first >> AppliedHistory.ORDINAL_BITS;
    }

    /** Whether a node whose machine is wrong knows it, or there is nothing yet by which it could. */
    boolean isFound(SimHost host, List<SimHost> hosts, int voters) {
        NodeHandle node = node(host);
        if (node == null || !isSpoilt(host) || node.divergedAt() != 0 || firstDifference() == 0) {
            return true;
        }
        // It spreads if the wrong one leads and sends a snapshot: then nobody stands alone. Of two, neither does
        // either.
        return voters < 3 || hosts.stream().filter(Corruption::isSpoilt).count() > 1;
    }

    static boolean isSpoilt(SimHost host) {
        SimProcess process = host.process();
        SimMachine machine = process == null ? null : process.machine();
        return host.isUp() && machine != null && machine.isSpoilt();
    }

    private static @Nullable NodeHandle node(SimHost host) {
        SimProcess process = host.process();
        return process == null || !process.isAlive() ? null : process.node();
    }

    /** Looks at what a node has found out about itself, once in the life of a process. */
    void check(SimHost host) {
        NodeHandle node = node(host);
        SimProcess process = host.process();
        if (node == null || process == null) {
            return;
        }
        long named = node.divergedAt();
        if (named == 0 || !checked.add(process.number())) {
            return;
        }
        String name = "n" + (host.number() + 1);
        long first = firstDifference();
        if (!isSpoilt(host)) {
            world.violated("divergence is found", name + " takes itself for wrong, and is not");
        } else if (node.divergedExactly() ? named != first : named < first) {
            // Nodes that began from snapshots can only tell that one was wrong by then.
            world.violated("divergence is found", name + " differs from index " + first + " on and says " + named);
        }
        world.trace(host.number(), "knows that it differs from index " + named + " on");
        found++;
    }

    /** How often a node found out that it is wrong. */
    int found() {
        return found;
    }
}
