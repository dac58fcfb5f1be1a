package dev.huck.raft.testkit.partial;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;

/** Who reaches whom among a few nodes, numbered from 0; both ways or not at all. */
final class Links {
    private final int nodes;
    private final boolean[][] linked;

    private Links(int nodes) {
        this.nodes = nodes;
        this.linked = new boolean[nodes][nodes];
    }

    static Links all(int nodes) {
        Links links = new Links(nodes);
        for (int i = 0; i < nodes; i++) {
            for (int j = 0; j < nodes; j++) {
                links.linked[i][j] = i != j;
            }
        }
        return links;
    }

    /** {@code 1-2 2-3}, numbered from 1 as people do. */
    static Links of(int nodes, String pairs) {
        Links links = new Links(nodes);
        for (String pair : pairs.split(" ")) {
            links.link(pair.charAt(0) - '1', pair.charAt(2) - '1');
        }
        return links;
    }

    private void link(int one, int other) {
        linked[one][other] = true;
        linked[other][one] = true;
    }

    boolean reaches(int from, int to) {
        return linked[from][to];
    }

    /** Whether a node reaches a majority, itself counted. */
    boolean isQuorumConnected(int node) {
        int reached = 1;
        for (int other = 0; other < nodes; other++) {
            reached += linked[node][other] ? 1 : 0;
        }
        return 2 * reached > nodes;
    }

    private boolean isConnected() {
        boolean[] seen = new boolean[nodes];
        visit(0, seen);
        for (boolean one : seen) {
            if (!one) {
                return false;
            }
        }
        return true;
    }

    private void visit(int node, boolean[] seen) {
        if (!seen[node]) {
            seen[node] = true;
            for (int other = 0; other < nodes; other++) {
                if (linked[node][other]) {
                    visit(other, seen);
                }
            }
        }
    }

    /** All connected graphs, one of each shape. */
    static List<Links> connected(int nodes) {
        int pairs = nodes * (nodes - 1) / 2;
        List<int[]> orders = new ArrayList<>();
        permute(new int[nodes], 0, orders);
        List<Links> shapes = new ArrayList<>();
        for (int bits = 0; bits < 1 << pairs; bits++) {
            Links links = ofBits(nodes, bits);
            if (links.isConnected() && links.isLeast(bits, orders)) {
                shapes.add(links);
            }
        }
        return shapes;
    }

    private static Links ofBits(int nodes, int bits) {
        Links links = new Links(nodes);
        int pair = 0;
        for (int i = 0; i < nodes; i++) {
            for (int j = i + 1; j < nodes; j++) {
                if (((bits >> pair++) & 1) == 1) {
                    links.link(i, j);
                }
            }
        }
        return links;
    }

    private boolean isLeast(int bits, List<int[]> orders) {
        for (int[] order : orders) {
            int other = 0;
            int pair = 0;
            for (int i = 0; i < nodes; i++) {
                for (int j = i + 1; j < nodes; j++) {
                    other |= (linked[order[i]][order[j]] ? 1 : 0) << pair++;
                }
            }
            if (other < bits) {
                return false;
            }
        }
        return true;
    }

    private static void permute(int[] order, int at, List<int[]> into) {
        if (at == order.length) {
            into.add(order.clone());
            return;
        }
        for (int node = 0; node < order.length; node++) {
            int candidate = node;
            if (Arrays.stream(order, 0, at).noneMatch(taken -> taken == candidate)) {
                order[at] = node;
                permute(order, at + 1, into);
            }
        }
    }

    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(" ");
        for (int i = 0; i < nodes; i++) {
            for (int j = i + 1; j < nodes; j++) {
                if (linked[i][j]) {
                    text.add((i + 1) + "-" + (j + 1));
                }
            }
        }
        return text.toString();
    }
}
