package dev.huck.example.clone;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A sorted map from byte strings to byte strings that can be captured in constant time: a B+ tree whose nodes are copied
 * on the first write after a capture.
 *
 * <p>Every node carries the epoch in which it was made. A capture takes the root and begins a new epoch; from then on,
 * only nodes of the new epoch, which no capture can reach, are changed in place. Keys and values themselves are never
 * changed. So a captured {@link View} may be read by another thread without a lock, as long as it was handed over with a
 * happens-before (an executor's queue, say).
 *
 * <p>A tree rather than a hash table: listings come out in order, a listing by prefix reads only its own part, every
 * node writes the same bytes into a snapshot, and no choice of keys makes it slow.
 *
 * <p>The tree itself belongs to one thread.
 */
final class KeyTree {
    /** Entries in a leaf, children in a branch: at most. */
    static final int CAPACITY = 64;

    private Node root = new Leaf(0, new byte[0][], new byte[0][]);
    private long size;
    private long epoch;

    /** The tree at one moment. */
    record View(Node root, long size) {

        /**
         * Shows entries in ascending order of their keys, as unsigned bytes.
         *
         * @param from the first key, or where it would be
         * @param visitor takes entries until it has had enough
         */
        void visit(byte[] from, Visitor visitor) {
            KeyTree.visit(root, from, visitor);
        }
    }

    /** Takes entries in order. */
    @FunctionalInterface
    interface Visitor {
        /** Returns whether it wants the next one. */
        boolean entry(byte[] key, byte[] value);
    }

    /** Number of entries. */
    long size() {
        return size;
    }

    /** The tree as it is now; constant time. */
    View capture() {
        epoch++;
        return new View(root, size);
    }

    /** Shows entries as {@link View#visit} does, without a capture: the visitor must not change the tree. */
    void visit(byte[] from, Visitor visitor) {
        visit(root, from, visitor);
    }

    /** The value of a key; not to be changed. */
    byte @Nullable [] get(byte[] key) {
        Node node = root;
        while (node instanceof Branch branch) {
            node = branch.children[branch.childFor(key)];
        }
        Leaf leaf = (Leaf) node;
        int at = find(leaf.keys, key);
        return at < 0 ? null : leaf.values[at];
    }

    /** Sets a key's value; both arrays belong to the tree from now on. */
    void put(byte[] key, byte[] value) {
        root = writable(root);
        if (root.isFull()) {
            root = new Branch(epoch, new byte[][] {root.keys[0]}, new Node[] {root});
            ((Branch) root).split(0, key);
        }
        // Full nodes are split on the way down, so that a leaf's split always finds room above it.
        Node node = root;
        while (node instanceof Branch branch) {
            int at = branch.childFor(key);
            if (branch.writableChild(at, epoch).isFull()) {
                branch.split(at, key);
                at = branch.childFor(key);
            }
            node = branch.children[at];
        }
        if (((Leaf) node).put(key, value)) {
            size++;
        }
    }

    /** Removes a key and returns the value that it had, if any. */
    byte @Nullable [] remove(byte[] key) {
        byte[] value = get(key);
        if (value == null) {
            return null;
        }
        root = writable(root);
        remove(root, key);
        while (root instanceof Branch branch && branch.children.length == 1) {
            root = branch.children[0];
        }
        size--;
        return value;
    }

    /** Removes everything; constant time. */
    void clear() {
        root = new Leaf(epoch, new byte[0][], new byte[0][]);
        size = 0;
    }

    /** Number of leaves, for tests: how well the nodes are filled. */
    int leaves() {
        return leaves(root);
    }

    private static int leaves(Node node) {
        return node instanceof Branch branch
                ? Arrays.stream(branch.children).mapToInt(KeyTree::leaves).sum()
                : 1;
    }

    private void remove(Node node, byte[] key) {
        if (node instanceof Branch branch) {
            int at = branch.childFor(key);
            remove(branch.writableChild(at, epoch), key);
            branch.tidy(at, epoch);
        } else {
            ((Leaf) node).removeAt(find(node.keys, key));
        }
    }

    private Node writable(Node node) {
        return node.epoch == epoch ? node : node.copy(epoch);
    }

    private static boolean visit(Node node, byte[] from, Visitor visitor) {
        if (node instanceof Branch branch) {
            for (int at = branch.childFor(from); at < branch.children.length; at++) {
                if (!visit(branch.children[at], from, visitor)) {
                    return false;
                }
            }
            return true;
        }
        Leaf leaf = (Leaf) node;
        int found = find(leaf.keys, from);
        for (int at = found < 0 ? -found - 1 : found; at < leaf.keys.length; at++) {
            if (!visitor.entry(leaf.keys[at], leaf.values[at])) {
                return false;
            }
        }
        return true;
    }

    private static int find(byte[][] keys, byte[] key) {
        return Arrays.binarySearch(keys, key, Arrays::compareUnsigned);
    }

    /** Arrays of keys are replaced and never changed, so copies of a node share them. */
    private abstract static sealed class Node {
        final long epoch;
        byte[][] keys;

        Node(long epoch, byte[][] keys) {
            this.epoch = epoch;
            this.keys = keys;
        }

        boolean isFull() {
            return keys.length == CAPACITY;
        }

        /** Where to split: in the middle, but at the end for a key beyond it, so that ascending keys leave full nodes. */
        int middle(byte[] key) {
            boolean beyond = Arrays.compareUnsigned(key, keys[keys.length - 1]) > 0;
            return beyond ? keys.length - 1 : keys.length / 2;
        }

        abstract Node copy(long newEpoch);

        /** Cuts this node short and returns the rest. */
        abstract Node cut(int from);

        /** Takes what the node to the right holds; its first key is at least {@code bound}. */
        abstract void append(Node right, byte[] bound);
    }

    private static final class Leaf extends Node {
        byte[][] values;

        Leaf(long epoch, byte[][] keys, byte[][] values) {
            super(epoch, keys);
            this.values = values;
        }

        boolean put(byte[] key, byte[] value) {
            int at = find(keys, key);
            if (at >= 0) {
                values[at] = value;
                return false;
            }
            keys = inserted(keys, -at - 1, key);
            values = inserted(values, -at - 1, value);
            return true;
        }

        void removeAt(int at) {
            keys = removed(keys, at);
            values = removed(values, at);
        }

        @Override
        Leaf copy(long newEpoch) {
            return new Leaf(newEpoch, keys, values.clone());
        }

        @Override
        Leaf cut(int from) {
            Leaf rest = new Leaf(epoch, tail(keys, from), tail(values, from));
            keys = Arrays.copyOf(keys, from);
            values = Arrays.copyOf(values, from);
            return rest;
        }

        @Override
        void append(Node right, byte[] bound) {
            keys = joined(keys, right.keys);
            values = joined(values, ((Leaf) right).values);
        }
    }

    /** Child {@code i} holds the keys from {@code keys[i]} to below {@code keys[i + 1]}; {@code keys[0]} means nothing. */
    private static final class Branch extends Node {
        Node[] children;

        Branch(long epoch, byte[][] keys, Node[] children) {
            super(epoch, keys);
            this.children = children;
        }

        int childFor(byte[] key) {
            int at = Arrays.binarySearch(keys, 1, keys.length, key, Arrays::compareUnsigned);
            return at >= 0 ? at : -at - 2;
        }

        Node writableChild(int at, long now) {
            Node child = children[at];
            if (child.epoch != now) {
                child = child.copy(now);
                children[at] = child;
            }
            return child;
        }

        /** Splits a full child of this epoch, for a key that is about to come. */
        void split(int at, byte[] key) {
            Node child = children[at];
            int middle = child.middle(key);
            byte[] bound = child.keys[middle];
            Node right = child.cut(middle);
            keys = inserted(keys, at + 1, bound);
            children = inserted(children, at + 1, right);
        }

        /** Drops a child that has become empty, or joins it with a neighbour when both are small. */
        void tidy(int at, long now) {
            if (children[at].keys.length == 0) {
                drop(at);
            } else if (at + 1 < children.length && fitTogether(at)) {
                join(at, now);
            } else if (at > 0 && fitTogether(at - 1)) {
                join(at - 1, now);
            }
        }

        private boolean fitTogether(int left) {
            // Half full at most, so that the next few writes don't split it again.
            return children[left].keys.length + children[left + 1].keys.length <= CAPACITY / 2;
        }

        private void join(int left, long now) {
            writableChild(left, now).append(children[left + 1], keys[left + 1]);
            drop(left + 1);
        }

        private void drop(int at) {
            keys = removed(keys, at);
            children = removed(children, at);
        }

        @Override
        Branch copy(long newEpoch) {
            return new Branch(newEpoch, keys, children.clone());
        }

        @Override
        Branch cut(int from) {
            Branch rest = new Branch(epoch, tail(keys, from), tail(children, from));
            keys = Arrays.copyOf(keys, from);
            children = Arrays.copyOf(children, from);
            return rest;
        }

        @Override
        void append(Node right, byte[] bound) {
            int at = keys.length;
            keys = joined(keys, right.keys);
            // What meant nothing in the right node does now; the bound above it is the one.
            keys[at] = bound;
            children = joined(children, ((Branch) right).children);
        }
    }

    private static <T> T[] inserted(T[] array, int at, T element) {
        T[] copy = Arrays.copyOf(array, array.length + 1);
        System.arraycopy(array, at, copy, at + 1, array.length - at);
        copy[at] = element;
        return copy;
    }

    private static <T> T[] removed(T[] array, int at) {
        T[] copy = Arrays.copyOf(array, array.length - 1);
        System.arraycopy(array, at + 1, copy, at, copy.length - at);
        return copy;
    }

    private static <T> T[] tail(T[] array, int from) {
        return Arrays.copyOfRange(array, from, array.length);
    }

    private static <T> T[] joined(T[] left, T[] right) {
        T[] copy = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, copy, left.length, right.length);
        return copy;
    }
}
