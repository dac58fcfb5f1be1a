package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;

/** Writes and looks for many keys; a key's value is its number. */
final class Checks {
    private static final int BATCH = 200;
    private static final int SAMPLE = 100;

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

    /** The same by Jedis, as an application does it. */
    static void fillByJedis(NodeProcess leader, String prefix, int count) {
        try (Jedis jedis = new Jedis("127.0.0.1", leader.port())) {
            for (int from = 0; from < count; from += BATCH) {
                List<Response<String>> replies = new ArrayList<>();
                try (Pipeline pipeline = jedis.pipelined()) {
                    for (int i = from; i < Math.min(count, from + BATCH); i++) {
                        replies.add(pipeline.set(prefix + i, "" + i));
                    }
                }
                for (Response<String> reply : replies) {
                    assertEquals("OK", reply.get());
                }
            }
        }
    }

    /** Some of so many keys are there for redis-cli too, where there is one. */
    static void showsToRedisCli(NodeProcess node, String prefix, int count) throws Exception {
        if (!Programs.exists("redis-cli")) {
            Programs.note("redis-cli is not on the path, and reads no sample");
            return;
        }
        StringBuilder commands = new StringBuilder();
        StringBuilder values = new StringBuilder();
        for (int i = 0; i < count; i += Math.max(1, count / SAMPLE)) {
            commands.append("GET ").append(prefix).append(i).append('\n');
            values.append(i).append('\n');
        }
        Process cli = new ProcessBuilder("redis-cli", "-p", "" + node.port())
                .redirectErrorStream(true)
                .start();
        try (OutputStream in = cli.getOutputStream()) {
            in.write(commands.toString().getBytes(StandardCharsets.US_ASCII));
        }
        assertEquals(values.toString(), new String(cli.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        assertEquals(0, cli.waitFor());
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

    /** All live nodes hold the same, each asked by itself, at the level at which it answers from what it has. */
    static void sameEverywhere(ClusterProcesses cluster) throws Exception {
        cluster.awaitCaughtUp();
        List<NodeProcess> nodes = cluster.alive();
        for (NodeProcess node : nodes) {
            assertEquals(0, node.terminate(), node.complained());
        }
        for (NodeProcess node : nodes) {
            node.startAt("low");
        }
        cluster.awaitCaughtUp();
        Map<String, String> first = contents(nodes.get(0));
        for (NodeProcess node : nodes) {
            assertEquals(
                    List.of(),
                    differences(first, contents(node)),
                    node.address() + " beside " + nodes.get(0).address());
        }
    }

    /** The first of the keys that two nodes do not hold alike. */
    private static List<String> differences(Map<String, String> one, Map<String, String> other) {
        Set<String> keys = new TreeSet<>(one.keySet());
        keys.addAll(other.keySet());
        return keys.stream()
                .filter(key -> !Objects.equals(one.get(key), other.get(key)))
                .limit(10)
                .map(key -> key + "=" + one.get(key) + "|" + other.get(key))
                .toList();
    }
}
