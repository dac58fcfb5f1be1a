package dev.huck.raft.testkit.linear;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a history is linearizable (Wing and Gong's search, with Lowe's memory of what was tried): calls and
 * returns in a list by time; an operation that is called before the first return may come next; what was taken is lifted
 * out of the list and put back when the search turns around. A set of taken operations in a state that was seen before is
 * not tried again.
 *
 * <p>Histories of independent objects are best checked one by one: the search may take time exponential in the number of
 * operations under way at once.
 */
public final class Linearizability {
    private Linearizability() {}

    /** What a check found. */
    public enum Verdict {
        /** There is such an order. */
        LINEARIZABLE,
        /** There is none. */
        NOT_LINEARIZABLE,
        /** The search was given up. */
        UNDECIDED
    }

    /**
     * Whether a history is linearizable in a given order, which whoever made the history may know. A yes is a proof, and
     * needs no search.
     *
     * @param order all operations that took effect
     * @param model what they do one after the other
     * @param <S> the model's state
     * @param <I> what is asked
     * @param <O> what is answered
     * @return whether every answer fits, and nothing comes behind what was called after its return
     */
    public static <S, I, O> boolean isProvenBy(List<Operation<I, O>> order, Model<S, I, O> model) {
        S state = model.initial();
        long latestCall = Long.MIN_VALUE;
        for (Operation<I, O> operation : order) {
            latestCall = Math.max(latestCall, operation.called());
            S after = model.step(state, operation.input(), operation.output());
            if (operation.returned() < latestCall || after == null) {
                return false;
            }
            state = after;
        }
        return true;
    }

    /**
     * Checks a history.
     *
     * @param history the operations, in any order
     * @param model what they do one after the other
     * @param maxSteps how many to try before giving up
     * @param <S> the model's state
     * @param <I> what is asked
     * @param <O> what is answered
     * @return the verdict
     */
    public static <S, I, O> Verdict check(List<Operation<I, O>> history, Model<S, I, O> model, long maxSteps) {
        return new Search<>(history, model).run(maxSteps);
    }

    /** A call or a return, in a list by time. */
    private static final class Node<I, O> {
        final int number;
        final Operation<I, O> operation;
        /** Of a call: its return, or null if there was none. Of a return: null. */
        @Nullable
        Node<I, O> end;

        final boolean isCall;

        @Nullable
        Node<I, O> previous;

        @Nullable
        Node<I, O> next;

        Node(int number, Operation<I, O> operation, boolean isCall) {
            this.number = number;
            this.operation = operation;
            this.isCall = isCall;
        }

        long time() {
            return isCall ? operation.called() : operation.returned();
        }
    }

    private record Taken<S, I, O>(Node<I, O> call, S before) {}

    private record Seen(BitSet taken, Object state) {}

    private static final class Search<S, I, O> {
        private final Model<S, I, O> model;
        private @Nullable Node<I, O> first;
        private final BitSet taken = new BitSet();
        private final Set<Seen> seen = new HashSet<>();
        private final List<Taken<S, I, O>> stack = new ArrayList<>();
        private int toReturn;

        Search(List<Operation<I, O>> history, Model<S, I, O> model) {
            this.model = model;
            List<Node<I, O>> nodes = new ArrayList<>();
            for (int i = 0; i < history.size(); i++) {
                Operation<I, O> operation = history.get(i);
                Node<I, O> call = new Node<>(i, operation, true);
                nodes.add(call);
                if (operation.returned() != Long.MAX_VALUE) {
                    call.end = new Node<>(i, operation, false);
                    nodes.add(call.end);
                    toReturn++;
                }
            }
            // At the same moment calls come first: such operations overlap.
            nodes.sort(Comparator.<Node<I, O>>comparingLong(Node::time).thenComparing(node -> !node.isCall));
            for (int i = 0; i < nodes.size(); i++) {
                Node<I, O> node = nodes.get(i);
                node.previous = i == 0 ? null : nodes.get(i - 1);
                node.next = i + 1 == nodes.size() ? null : nodes.get(i + 1);
            }
            first = nodes.isEmpty() ? null : nodes.get(0);
        }

        Verdict run(long maxSteps) {
            S state = model.initial();
            Node<I, O> at = first;
            for (long step = 0; toReturn > 0; step++) {
                if (step == maxSteps) {
                    return Verdict.UNDECIDED;
                }
                if (at != null && at.isCall) {
                    S after = model.step(state, at.operation.input(), at.operation.output());
                    if (after != null && isNew(at.number, after)) {
                        stack.add(new Taken<>(at, state));
                        state = after;
                        take(at);
                        at = first;
                    } else {
                        at = at.next;
                    }
                } else {
                    // A return whose call was not taken, or the end: no operation can come next.
                    if (stack.isEmpty()) {
                        return Verdict.NOT_LINEARIZABLE;
                    }
                    Taken<S, I, O> last = stack.remove(stack.size() - 1);
                    state = last.before;
                    giveBack(last.call);
                    at = last.call.next;
                }
            }
            return Verdict.LINEARIZABLE;
        }

        private boolean isNew(int number, S state) {
            taken.set(number);
            boolean added = seen.add(new Seen((BitSet) taken.clone(), state));
            taken.clear(number);
            return added;
        }

        private void take(Node<I, O> call) {
            taken.set(call.number);
            unlink(call);
            if (call.end != null) {
                unlink(call.end);
                toReturn--;
            }
        }

        private void giveBack(Node<I, O> call) {
            taken.clear(call.number);
            if (call.end != null) {
                relink(call.end);
                toReturn++;
            }
            relink(call);
        }

        private void unlink(Node<I, O> node) {
            if (node.previous == null) {
                first = node.next;
            } else {
                node.previous.next = node.next;
            }
            if (node.next != null) {
                node.next.previous = node.previous;
            }
        }

        /** Undoes the last {@link #unlink} that was not undone yet. */
        private void relink(Node<I, O> node) {
            if (node.previous == null) {
                first = node;
            } else {
                node.previous.next = node;
            }
            if (node.next != null) {
                node.next.previous = node;
            }
        }
    }
}
