package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.Consistency;

/**
 * How a client's connection reads from now on.
 *
 * @param consistency the level
 * @param maxStale at {@code LOW}, milliseconds; below 0 for no bound
 * @param minIndex 0 for no bound
 */
record Reading(Consistency consistency, long maxStale, long minIndex) {
    private static final long MILLI = 1_000_000L;

    /**
     * Draws one.
     *
     * @param shown the highest position that any client was shown: a token that one client may hand to another
     */
    static Reading draw(SimRandom random, long shown) {
        long minIndex = random.chance(0.3) ? shown >> 16 : 0;
        return switch (random.nextInt(6)) {
            case 0 -> new Reading(Consistency.HIGH, -1, minIndex);
            case 1 -> new Reading(Consistency.MEDIUM, -1, minIndex);
            case 2, 3 -> new Reading(Consistency.LOW, -1, minIndex);
            default -> new Reading(Consistency.LOW, random.nextBoolean() ? 0 : random.nextLong(600), minIndex);
        };
    }

    /** The command that says so to a node. */
    Command command() {
        StringBuilder words = new StringBuilder(consistency.name());
        if (maxStale >= 0) {
            words.append(" MAXSTALE ").append(maxStale);
        }
        if (minIndex > 0) {
            words.append(" MININDEX ").append(minIndex);
        }
        return Command.of("RAFT", (Object[]) ("READ " + words).split(" "));
    }

    /** The time by which all that was shown must be seen by a read that is sent now; below 0 for none. */
    long since(long now) {
        // A node's clock may run faster or slower than the world's by not quite a twentieth.
        return maxStale < 0 ? -1 : Math.max(0, now - maxStale * MILLI - maxStale * MILLI / 20);
    }
}
