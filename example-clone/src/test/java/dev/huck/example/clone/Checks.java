package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes and looks for many keys; a key's value is its number. */
final class Checks {
    private static final int BATCH = 200;

    private Checks() {}

    /** Writes keys through a leader; all are acknowledged. */
    static void fill(NodeProcess leader, String prefix, int count) throws IOException {
        try (Wire wire = new Wire(leader.port())) {
            for (int from = 0; from < count; from += BATCH) {
                List<Object[]> batch = new ArrayList<>();
                for (int i = from; i < Math.min(count, from + BATCH); i++) {
                    batch.add(new Object[] {"SET", prefix + i, i});
                }
                for (Object reply : wire.pipeline(batch)) {
                    assertEquals("OK", reply);
                }
            }
        }
    }

    /** Every one of so many keys is there. */
    static void holds(NodeProcess node, String prefix, int count) throws IOException {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(prefix + i);
        }
        holds(node, keys, prefix.length());
    }

    /** Every key that a writer had acknowledged is there. */
    static void holds(NodeProcess node, Writer writer) throws IOException {
        List<String> keys = writer.acknowledged().stream().map(writer::key).toList();
        assertTrue(keys.size() > 10, "only " + keys.size() + " writes: the test says little");
        holds(node, keys, writer.key(0).length() - 1);
    }

    private static void holds(NodeProcess node, List<String> keys, int prefix) throws IOException {
        try (Wire wire = new Wire(node.port())) {
            for (int from = 0; from < keys.size(); from += BATCH) {
                List<String> batch = keys.subList(from, Math.min(keys.size(), from + BATCH));
                List<Object> replies = wire.pipeline(
                        batch.stream().map(key -> new Object[] {"GET", key}).toList());
                for (int i = 0; i < batch.size(); i++) {
                    assertEquals(batch.get(i).substring(prefix), replies.get(i), batch.get(i) + " was acknowledged");
                }
            }
        }
    }

    /** Everything that a node holds. */
    static Map<String, String> contents(NodeProcess node) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Wire wire = new Wire(node.port())) {
            List<?> keys = (List<?>) wire.call("KEYS", "*");
            for (int from = 0; from < keys.size(); from += BATCH) {
                List<?> batch = keys.subList(from, Math.min(keys.size(), from + BATCH));
                List<Object> words = new ArrayList<>(List.of("MGET"));
                words.addAll(batch);
                List<?> values = (List<?>) wire.call(words.toArray());
                for (int i = 0; i < batch.size(); i++) {
                    contents.put((String) batch.get(i), (String) values.get(i));
                }
            }
        }
        return contents;
    }
}
