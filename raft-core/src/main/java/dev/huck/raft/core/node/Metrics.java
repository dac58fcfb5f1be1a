package dev.huck.raft.core.node;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What a node counts of itself, by name. Only ever goes up. Any thread; counting takes no lock. */
final class Metrics {
    private final ConcurrentHashMap<String, LongAdder> counters = new ConcurrentHashMap<>();

    void add(String name, long amount) {
        LongAdder counter = counters.get(name);
        if (counter == null) {
            counter = counters.computeIfAbsent(name, any -> new LongAdder());
        }
        counter.add(amount);
    }

    /** How much was counted. */
    long get(String name) {
        LongAdder counter = counters.get(name);
        return counter == null ? 0 : counter.sum();
    }

    /** All, sorted by name. */
    Map<String, Long> all() {
        Map<String, Long> all = new TreeMap<>();
        counters.forEach((name, counter) -> all.put(name, counter.sum()));
        return all;
    }
}
