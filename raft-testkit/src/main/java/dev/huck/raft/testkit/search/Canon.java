package dev.huck.raft.testkit.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One number for all worlds that differ only in which node is which, and in how rounds and sessions are numbered. The
 * numbers are hashes of 64 bits: of ten million states, two are taken for one with a probability of about 10⁻⁵.
 */
final class Canon {
    /** Ranks that fit into a key, four bits each. */
    private static final int KEPT_RANKS = 13;

    private final Nodes nodes;
    private final List<int[]> orders = new ArrayList<>();
    private final Row[] rows = new Row[32];
    private final long[] signatures = new long[32];
    private final Local[] locals;
    private final long[] ranked = new long[1024];
    private int rankedCount;
    private final int[] slotOf = new int[17];
    private long hash;

    Canon(Nodes nodes, int count) {
        this.nodes = nodes;
        this.locals = new Local[count];
        permute(new int[count], 0, new boolean[count]);
    }

    private void permute(int[] order, int at, boolean[] taken) {
        if (at == order.length) {
            orders.add(order.clone());
            return;
        }
        for (int node = 0; node < order.length; node++) {
            if (!taken[node]) {
                taken[node] = true;
                order[at] = node;
                permute(order, at + 1, taken);
                taken[node] = false;
            }
        }
    }

    /** The world's number. */
    long of(World world) {
        int count = world.nodes.length;
        int all = count + world.messages.length;
        for (int i = 0; i < count; i++) {
            locals[i] = nodes.local(world.nodes[i]);
            rows[i] = locals[i].row;
        }
        for (int i = count; i < all; i++) {
            rows[i] = nodes.message(world.messages[i - count]).row();
        }
        rank(all);
        long least = Long.MAX_VALUE;
        for (int i = 0; i < orders.size(); i++) {
            if (isSorted(orders.get(i))) {
                least = Math.min(least, of(world, orders.get(i), i + 1, all));
            }
        }
        return least;
    }

    /** Only orders in which the colours do not fall: there is always one, and mostly no more. */
    private boolean isSorted(int[] order) {
        for (int i = 1; i < order.length; i++) {
            if (locals[order[i - 1]].colour > locals[order[i]].colour) {
                return false;
            }
        }
        return true;
    }

    /** Finds every rank, and for each row a signature of its own; 0 if they do not fit. */
    private void rank(int all) {
        rankedCount = 0;
        for (int i = 0; i < all; i++) {
            for (long token : rows[i].ranked) {
                ranked[rankedCount++] = token;
            }
        }
        Arrays.sort(ranked, 0, rankedCount);
        int distinct = 0;
        for (int i = 0; i < rankedCount; i++) {
            if (i == 0 || ranked[i] != ranked[distinct - 1]) {
                ranked[distinct++] = ranked[i];
            }
        }
        rankedCount = distinct;
        for (int i = 0; i < all; i++) {
            long signature = 1;
            boolean fits = rows[i].ranked.length <= KEPT_RANKS;
            for (long token : rows[i].ranked) {
                int rank = rank(token);
                fits &= rank < 16;
                signature = (signature << 4) | rank;
            }
            signatures[i] = fits ? signature : 0;
        }
    }

    /** The place among those that are compared with each other: of one term's leader, or of one session's peer and term. */
    private int rank(long token) {
        int at = Arrays.binarySearch(ranked, 0, rankedCount, token);
        int first = at;
        while (first > 0 && isComparable(ranked[first - 1], token)) {
            first--;
        }
        return 1 + at - first;
    }

    private static boolean isComparable(long one, long other) {
        return Tokens.kind(one) == Tokens.kind(other)
                && Tokens.about(one) == Tokens.about(other)
                && (Tokens.kind(one) == Tokens.ROUND || (Tokens.value(one) >>> 24) == (Tokens.value(other) >>> 24));
    }

    private long of(World world, int[] order, int orderNumber, int all) {
        int count = order.length;
        for (int i = 0; i < count; i++) {
            slotOf[order[i] + 1] = i + 1;
        }
        long leaders = 0;
        for (int term = 0; term < 8; term++) {
            leaders = (leaders << 4) | slotOf[World.nibble(world.leaders, term)];
        }
        long messages = 0;
        for (int i = count; i < all; i++) {
            messages += Tokens.mix(of(i, orderNumber));
        }
        hash = world.used;
        mix(world.committed);
        mix(world.committedIn);
        mix(world.readFloors);
        mix(leaders);
        mix(messages);
        long sum = hash;
        for (int node : order) {
            sum = Tokens.mix(sum * 31 + of(node, orderNumber));
        }
        return sum;
    }

    private long of(int row, int orderNumber) {
        if (signatures[row] == 0) {
            return compute(rows[row]);
        }
        long key = (signatures[row] << 7) | orderNumber;
        int place = rows[row].place(key);
        if (rows[row].knows(place)) {
            return rows[row].hash(place);
        }
        long computed = compute(rows[row]);
        rows[row].learn(key, computed);
        return computed;
    }

    private long compute(Row row) {
        hash = 7;
        tokens(row.tokens, 0, row.tokens.length);
        return hash;
    }

    private void mix(long value) {
        hash = (Long.rotateLeft(hash, 27) ^ value) * 0x9E3779B97F4A7C15L;
        hash ^= hash >>> 32;
    }

    private void tokens(long[] row, int from, int to) {
        for (int i = from; i < to; i++) {
            long token = row[i];
            switch (Tokens.kind(token)) {
                case Tokens.ID -> mix(16 + slotOf[(int) Tokens.value(token)]);
                case Tokens.ROUND, Tokens.SESSION -> mix(rank(token));
                case Tokens.PARTS -> i = parts(row, i);
                default -> mix(token);
            }
        }
    }

    /** Parts have no order: each is hashed alone, and the sum counts. */
    private int parts(long[] row, int at) {
        long outer = hash;
        long sum = Tokens.value(row[at]);
        int i = at + 1;
        for (long left = Tokens.value(row[at]); left > 0; left--) {
            int length = (int) Tokens.value(row[i]);
            hash = 11;
            mix(slotOf[Tokens.about(row[i])]);
            tokens(row, i + 1, i + 1 + length);
            sum += Tokens.mix(hash);
            i += 1 + length;
        }
        hash = outer;
        mix(sum);
        return i - 1;
    }
}
