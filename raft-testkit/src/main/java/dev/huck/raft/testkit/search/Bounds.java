package dev.huck.raft.testkit.search;

/**
 * How far a search goes. Everything within is tried in every order; nothing beyond.
 *
 * @param nodes cores, at most 5
 * @param voters how many of them, from the first, are voters at the beginning; the others know of no cluster
 * @param terms the last term in which anybody may campaign; all begin in term 0 with empty logs
 * @param entries commands proposed
 * @param crashes restarts from what is durable
 * @param messages under way at a time, those that wait for a write with them
 * @param losses whether a message may be lost (one that is never delivered fills its place for ever)
 * @param repeats messages delivered twice
 * @param asynchronous whether a write takes time, so that everything else may happen before it ends
 * @param changes changes of membership: removals, and additions of those that are no voters
 * @param transfers hand-overs that an operator asks for
 * @param reads linearizable reads
 * @param lagging whether the last node is so far behind at the beginning that it needs a snapshot
 * @param depth events in a row; 0 for as many as there are
 * @param states a search that meets more is given up; 0 for no limit
 */
public record Bounds(
        int nodes,
        int voters,
        int terms,
        int entries,
        int crashes,
        int messages,
        boolean losses,
        int repeats,
        boolean asynchronous,
        int changes,
        int transfers,
        int reads,
        boolean lagging,
        int depth,
        int states) {

    /** Checks the ranges. */
    public Bounds {
        if (nodes < 1 || nodes > 5 || voters < 1 || voters > nodes) {
            throw new IllegalArgumentException("1 to 5 nodes, and at least one of them a voter");
        }
        if (terms < 1 || terms > 6 || entries < 0 || entries > 3 || messages < 1 || messages > 12) {
            throw new IllegalArgumentException("1 to 6 terms, up to 3 entries, 1 to 12 messages");
        }
        if (Math.max(Math.max(crashes, repeats), Math.max(changes, Math.max(transfers, reads))) > 3) {
            throw new IllegalArgumentException("of each kind of event that is counted, at most 3");
        }
    }
}
