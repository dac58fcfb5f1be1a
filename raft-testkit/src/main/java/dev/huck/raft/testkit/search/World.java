package dev.huck.raft.testkit.search;

import java.util.Arrays;

/**
 * All nodes, what is under way between them, what was used up of what is bounded, and what no node knows alone: who led
 * which term, and what has been committed.
 */
final class World {
    /** By node, the number of its state. */
    final int[] nodes;
    /** Numbers of messages, in order, none twice. */
    final int[] messages;
    /** By kind of event that is counted, four bits each. */
    int used;
    /** By term, four bits each, the leader's number; 0 for none. */
    long leaders;
    /** By index from 1, four bits each: the committed entry's term. */
    long committed;
    /** By index from 1, four bits each: the term of the leader that committed it. */
    long committedIn;
    /** By read, four bits each: what was committed when it was asked. */
    int readFloors;

    World(int[] nodes, int[] messages) {
        this.nodes = nodes;
        this.messages = messages;
    }

    World with(int node, int state, int[] newMessages) {
        int[] newNodes = nodes.clone();
        newNodes[node] = state;
        World world = new World(newNodes, newMessages);
        world.used = used;
        world.leaders = leaders;
        world.committed = committed;
        world.committedIn = committedIn;
        world.readFloors = readFloors;
        return world;
    }

    int used(Counted counted) {
        return (used >>> counted.shift) & 15;
    }

    void use(Counted counted) {
        used += 1 << counted.shift;
    }

    /** Events of which there are only so many. */
    enum Counted {
        ENTRIES(0),
        CRASHES(4),
        REPEATS(8),
        CHANGES(12),
        TRANSFERS(16),
        READS(20);

        private final int shift;

        Counted(int shift) {
            this.shift = shift;
        }
    }

    static int nibble(long packed, long at) {
        return (int) (packed >>> (4 * at)) & 15;
    }

    int lastCommitted() {
        int last = 0;
        while (last < 15 && nibble(committed, last + 1) != 0) {
            last++;
        }
        return last;
    }

    void commit(long index, long term, long inTerm) {
        committed |= term << (4 * index);
        committedIn |= inTerm << (4 * index);
    }

    int[] without(int message) {
        int at = Arrays.binarySearch(messages, message);
        int[] left = new int[messages.length - 1];
        System.arraycopy(messages, 0, left, 0, at);
        System.arraycopy(messages, at + 1, left, at, left.length - at);
        return left;
    }

    /** Both together; what is in both, or twice, is there once: that a message comes again is another event. */
    static int[] joined(int[] some, int[] more) {
        if (more.length == 0) {
            return some;
        }
        int[] all = Arrays.copyOf(some, some.length + more.length);
        System.arraycopy(more, 0, all, some.length, more.length);
        Arrays.sort(all);
        int distinct = 1;
        for (int i = 1; i < all.length; i++) {
            if (all[i] != all[distinct - 1]) {
                all[distinct++] = all[i];
            }
        }
        return distinct == all.length ? all : Arrays.copyOf(all, distinct);
    }
}
