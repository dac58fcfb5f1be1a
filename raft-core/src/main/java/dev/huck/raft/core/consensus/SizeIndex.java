package dev.huck.raft.core.consensus;

import java.util.ArrayDeque;

/** How many bytes of log lie behind an index, in steps of 64 KiB: enough to decide what to compact. */
final class SizeIndex {
    private static final long STEP = 64 << 10;

    private record Step(long index, long bytesThrough) {}

    private final ArrayDeque<Step> steps = new ArrayDeque<>();
    private long total;

    void append(long index, long bytes) {
        total += bytes;
        Step last = steps.peekLast();
        if (last == null || total - last.bytesThrough >= STEP) {
            steps.addLast(new Step(index, total));
        }
    }

    /** The last index behind which at least this many bytes lie; 0 if there is none known. */
    long indexKeeping(long bytes) {
        long found = 0;
        for (Step step : steps) {
            if (total - step.bytesThrough < bytes) {
                break;
            }
            found = step.index;
        }
        return found;
    }

    void truncateSuffix(long from) {
        while (!steps.isEmpty() && steps.getLast().index >= from) {
            steps.removeLast();
        }
        total = steps.isEmpty() ? 0 : steps.getLast().bytesThrough;
    }

    void truncatePrefix(long through) {
        while (!steps.isEmpty() && steps.getFirst().index <= through) {
            steps.removeFirst();
        }
    }

    void clear() {
        steps.clear();
        total = 0;
    }
}
