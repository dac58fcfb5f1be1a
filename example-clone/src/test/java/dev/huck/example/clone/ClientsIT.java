package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClient;

/** Clients as they come, with their defaults: they connect, work, and have nothing to complain about. */
class ClientsIT {
    private static final Path NODE_CLIENT = Path.of("src", "test", "node").toAbsolutePath();

    @TempDir
    static Path folder;

    private static ClusterProcesses cluster;
    private static NodeProcess node;

    private final ListAppender<ILoggingEvent> complaints = new ListAppender<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

    @BeforeAll
    static void start() throws Exception {
        // The clients talk to one leader throughout: a busy machine must not cause an election in between.
        cluster = new ClusterProcesses(folder, "--election-timeout-min", "5s", "--election-timeout-max", "8s");
        node = cluster.grow(3).awaitLeader();
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    @BeforeEach
    void listen() {
        root.setLevel(Level.WARN);
        complaints.start();
        root.addAppender(complaints);
    }

    @AfterEach
    void nobodyComplained() {
        root.detachAppender(complaints);
        assertEquals(
                List.of(),
                complaints.list.stream().map(ILoggingEvent::getFormattedMessage).toList());
    }

    @Test
    void jedisWorksWithItsDefaults() {
        try (RedisClient jedis = RedisClient.create("127.0.0.1", node.port())) {
            assertEquals("OK", jedis.set("jedis", "value"));
            assertEquals("value", jedis.get("jedis"));
            assertEquals(1, jedis.incr("jedis:n"));
            assertEquals(List.of("value", "1"), jedis.mget("jedis", "jedis:n"));
            assertEquals(2, jedis.del("jedis", "jedis:n"));
            assertEquals(Map.of("save", ""), jedis.configGet("save"));
        }
    }

    @Test
    void jedisOfOldWorksWithItsDefaults() {
        try (Jedis jedis = new Jedis("127.0.0.1", node.port())) {
            assertEquals("PONG", jedis.ping());
            assertEquals("OK", jedis.set("jedis:old", "value"));
            assertEquals("value", jedis.getDel("jedis:old"));
        }
    }

    @Test
    void lettuceWorksWithItsDefaults() {
        io.lettuce.core.RedisClient client = io.lettuce.core.RedisClient.create("redis://127.0.0.1:" + node.port());
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            RedisCommands<String, String> commands = connection.sync();
            assertEquals("OK", commands.set("lettuce", "value"));
            assertEquals("value", commands.get("lettuce"));
            assertEquals(5, commands.incrby("lettuce:n", 5));
            assertEquals(List.of("lettuce", "lettuce:n"), commands.keys("lettuce*"));
            assertEquals(2, commands.del("lettuce", "lettuce:n"));
        } finally {
            client.shutdown();
        }
    }

    @Test
    void nodeRedisWorksWithItsDefaults() throws Exception {
        Programs.require("node");
        if (!Files.isDirectory(NODE_CLIENT.resolve("node_modules"))) {
            Programs.skip("node-redis is not installed: run npm ci in example-clone/src/test/node");
        }
        Run run = run("", "node", NODE_CLIENT.resolve("client.mjs").toString(), "" + node.port());
        assertEquals("", run.err);
        assertEquals("value 7 null\n", run.out);
        assertEquals(0, run.code);
    }

    @Test
    void redisCliWorksOneShot() throws Exception {
        assertEquals("OK\n", cli("SET", "cli", "a value"));
        assertEquals("a value\n", cli("GET", "cli"));
        assertEquals("a value\n", cli("-3", "GET", "cli"));
        assertEquals("1\n", cli("DEL", "cli"));
        assertEquals("\n", cli("GET", "cli"));
        assertEquals("hello\n", cli("ECHO", "hello"));
        assertTrue(cli("INFO").contains("redis_version:"), "no version in INFO");
    }

    @Test
    void redisCliTakesItsHintsFromTheNode() throws Exception {
        Programs.require("redis-cli");
        Run run = run("help mset\nset hinted yes\nget hinted\n", "redis-cli", "-p", "" + node.port());
        assertEquals("", run.err);
        assertTrue(run.out.contains("OK") && run.out.contains("yes"), run.out);
        String docs = cli("COMMAND", "DOCS", "set");
        assertTrue(docs.contains("Sets the value of a key."), docs);
    }

    @Test
    void redisCliLoadsInBulk() throws Exception {
        Programs.require("redis-cli");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            lines.append("SET bulk:").append(i).append(' ').append(i).append("\r\n");
        }
        Run run = run(lines.toString(), "redis-cli", "-p", "" + node.port(), "--pipe");
        assertEquals("", run.err);
        assertTrue(run.out.contains("errors: 0, replies: 2000"), run.out);
        assertEquals("1999\n", cli("GET", "bulk:1999"));
    }

    @Test
    void redisBenchmarkRunsWithoutAWarning() throws Exception {
        Programs.require("redis-benchmark");
        Run run = run(
                "",
                "redis-benchmark",
                "-p",
                "" + node.port(),
                "-t",
                "ping,set,get,incr,mset",
                "-n",
                "2000",
                "-c",
                "10",
                "-q");
        assertEquals(0, run.code, run.err);
        assertFalse((run.out + run.err).contains("WARNING"), run.out + run.err);
        assertFalse((run.out + run.err).contains("rror"), run.out + run.err);
    }

    private record Run(int code, String out, String err) {}

    private static String cli(String... words) throws Exception {
        Programs.require("redis-cli");
        String[] command = new String[words.length + 3];
        command[0] = "redis-cli";
        command[1] = "-p";
        command[2] = "" + node.port();
        System.arraycopy(words, 0, command, 3, words.length);
        Run run = run("", command);
        assertEquals("", run.err);
        assertEquals(0, run.code, run.out);
        return run.out;
    }

    private static Run run(String input, String... command) throws IOException, InterruptedException {
        Path in = Files.writeString(folder.resolve("client.in"), input);
        Path out = folder.resolve("client.out");
        Path err = folder.resolve("client.err");
        Process process = new ProcessBuilder(command)
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("no end: " + String.join(" ", command));
        }
        return new Run(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }
}
