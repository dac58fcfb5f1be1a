package dev.huck.raft.testkit.linear;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks histories of appends to lists and reads of whole lists (the idea of Elle, Kingsbury and Alvaro 2020). As every
 * element is appended once, a read tells in which order the appends before it took effect; so who must come before whom
 * is known without a search, and a history is strictly serializable only if these demands, and those of real time, form
 * no circle. Linear in the length of all reads, so it judges histories that are far too long to search.
 *
 * <p>What it sees: elements lost, repeated, invented, in different orders for different readers, reads that are too old or
 * jump back.
 */
public final class ListAppend {
    private ListAppend() {}

    /**
     * An operation on one list.
     *
     * @param called when it was called
     * @param returned when it was answered; {@link Long#MAX_VALUE} if it was not, and then it may have taken effect or not
     * @param list which list
     * @param appended what it appended, unique among all; null for a read
     * @param seen what a read saw; null for an append, and a read without an answer
     */
    public record Step(
            long called, long returned, String list, @Nullable String appended, @Nullable List<String> seen) {}

    /**
     * Checks a history.
     *
     * @param history all operations that may have taken effect, in any order
     * @param inRealTime whether an operation must be seen by all that are called after its answer
     * @return what is wrong, in words; null if nothing is
     */
    public static @Nullable String check(List<Step> history, boolean inRealTime) {
        Map<String, List<Step>> byList = new HashMap<>();
        history.forEach(step ->
                byList.computeIfAbsent(step.list, list -> new ArrayList<>()).add(step));
        Graph graph = new Graph(history);
        for (Map.Entry<String, List<Step>> each : new java.util.TreeMap<>(byList).entrySet()) {
            String wrong = addList(each.getKey(), each.getValue(), graph, inRealTime);
            if (wrong != null) {
                return wrong;
            }
        }
        if (!inRealTime) {
            return null;
        }
        graph.addRealTime();
        return graph.circle();
    }

    private static @Nullable String addList(String list, List<Step> steps, Graph graph, boolean inRealTime) {
        Map<String, Step> appends = new HashMap<>();
        List<String> order = List.of();
        for (Step step : steps) {
            if (step.appended != null && appends.put(step.appended, step) != null) {
                return "the history appends " + step.appended + " to " + list + " twice";
            }
            if (step.seen != null && step.seen.size() > order.size()) {
                order = step.seen;
            }
        }
        Set<String> known = new HashSet<>();
        for (String element : order) {
            if (!appends.containsKey(element)) {
                return list + " holds " + element + ", which nobody appended, or which was refused";
            }
            if (!known.add(element)) {
                return list + " holds " + element + " twice: " + order;
            }
        }
        for (Step step : steps) {
            if (step.seen != null && !step.seen.equals(order.subList(0, step.seen.size()))) {
                return "readers of " + list + " see orders that do not fit: " + step.seen + " and " + order;
            }
        }
        if (inRealTime) {
            addDemands(steps, order, appends, graph);
        }
        return null;
    }

    /** An append comes behind the one before it; a read behind the last that it saw, and before the next. */
    private static void addDemands(List<Step> steps, List<String> order, Map<String, Step> appends, Graph graph) {
        for (int i = 1; i < order.size(); i++) {
            graph.add(appends.get(order.get(i - 1)), appends.get(order.get(i)));
        }
        // What nobody has seen comes behind all that was seen.
        List<Step> unseen = new ArrayList<>();
        Set<String> known = new HashSet<>(order);
        for (Step step : steps) {
            if (step.appended != null && !known.contains(step.appended) && step.returned != Long.MAX_VALUE) {
                unseen.add(step);
            }
        }
        if (!order.isEmpty()) {
            Step last = appends.get(order.get(order.size() - 1));
            unseen.forEach(append -> graph.add(last, append));
        }
        for (Step step : steps) {
            if (step.seen == null) {
                continue;
            }
            int size = step.seen.size();
            if (size > 0) {
                graph.add(appends.get(order.get(size - 1)), step);
            }
            if (size < order.size()) {
                graph.add(step, appends.get(order.get(size)));
            } else {
                unseen.forEach(append -> graph.add(step, append));
            }
        }
    }

    /** Who must come before whom. */
    private static final class Graph {
        private final List<Step> steps;
        private final IdentityHashMap<Step, Integer> numbers = new IdentityHashMap<>();
        private final List<List<Integer>> after = new ArrayList<>();

        Graph(List<Step> steps) {
            this.steps = steps;
            for (int i = 0; i < steps.size(); i++) {
                numbers.put(steps.get(i), i);
                after.add(new ArrayList<>());
            }
        }

        void add(@Nullable Step before, @Nullable Step then) {
            if (before != null && then != null) {
                after.get(number(before)).add(number(then));
            }
        }

        private int number(Step step) {
            return Objects.requireNonNull(numbers.get(step));
        }

        /** Through a chain of moments, one for each answer, instead of between all pairs. */
        void addRealTime() {
            List<Integer> answered = new ArrayList<>();
            for (int i = 0; i < steps.size(); i++) {
                if (steps.get(i).returned != Long.MAX_VALUE) {
                    answered.add(i);
                }
            }
            answered.sort(Comparator.comparingLong(i -> steps.get(i).returned));
            List<Integer> called = new ArrayList<>();
            for (int i = 0; i < steps.size(); i++) {
                called.add(i);
            }
            called.sort(Comparator.comparingLong(i -> steps.get(i).called));
            int next = 0;
            int moment = -1;
            for (int i : called) {
                while (next < answered.size() && steps.get(answered.get(next)).returned < steps.get(i).called) {
                    after.add(new ArrayList<>());
                    int later = after.size() - 1;
                    if (moment >= 0) {
                        after.get(moment).add(later);
                    }
                    after.get(answered.get(next)).add(later);
                    moment = later;
                    next++;
                }
                if (moment >= 0) {
                    after.get(moment).add(i);
                }
            }
        }

        /** Takes away what nobody has to wait for, until nothing is left but circles and what hangs on them. */
        @Nullable
        String circle() {
            int[] before = new int[after.size()];
            after.forEach(targets -> targets.forEach(target -> before[target]++));
            ArrayDeque<Integer> free = new ArrayDeque<>();
            for (int i = 0; i < before.length; i++) {
                if (before[i] == 0) {
                    free.add(i);
                }
            }
            int taken = 0;
            while (!free.isEmpty()) {
                taken++;
                for (int target : after.get(free.remove())) {
                    if (--before[target] == 0) {
                        free.add(target);
                    }
                }
            }
            return taken == before.length ? null : describe(before);
        }

        /** Walks against the arrows among what is left until it meets itself. */
        private String describe(int[] before) {
            int[] from = new int[before.length];
            java.util.Arrays.fill(from, -1);
            for (int i = 0; i < before.length; i++) {
                for (int target : after.get(i)) {
                    if (before[i] > 0 && before[target] > 0) {
                        from[target] = i;
                    }
                }
            }
            int at = 0;
            while (before[at] == 0) {
                at++;
            }
            Set<Integer> seen = new HashSet<>();
            while (seen.add(at)) {
                at = from[at];
            }
            StringBuilder text =
                    new StringBuilder("no order fits: each must come before the next, and the last before the first:");
            int begin = at;
            List<Integer> walk = new ArrayList<>();
            do {
                walk.add(0, at);
                at = from[at];
            } while (at != begin);
            for (int i : walk) {
                if (i < steps.size()) {
                    text.append("\n  ").append(steps.get(i));
                }
            }
            return text.toString();
        }
    }
}
