package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.Result;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/** The clone's commands side by side with a real redis-server, where there is one: the same replies to the letter. */
class RedisAgreementIT {
    private static final int COMMANDS = 60_000;
    private static final String[] TEXTS = {
        "",
        "0",
        "1",
        "-1",
        "01",
        "abc",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        " 1",
        "1.5",
        "-0"
    };
    private static final String[] NAMES = {
        "SET", "GET", "DEL", "EXISTS", "INCR", "DECR", "INCRBY", "DECRBY", "APPEND", "STRLEN", "MGET", "MSET", "SETNX",
        "GETSET", "GETDEL", "KEYS", "DBSIZE", "FLUSHDB"
    };

    @TempDir
    Path folder;

    @Test
    void randomCommandsGetTheRepliesOfRedis() throws Exception {
        Programs.require("redis-server");
        int port = Ports.free();
        Process redis = new ProcessBuilder(
                        "redis-server",
                        "--port",
                        "" + port,
                        "--bind",
                        "127.0.0.1",
                        "--save",
                        "",
                        "--dir",
                        folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(new File(folder.toFile(), "log"))
                .start();
        try (Connection connection = connect(port)) {
            DirectNode node = new DirectNode(new CloneMachine());
            RandomGenerator random =
                    RandomGeneratorFactory.of("L64X128MixRandom").create(42);
            int errors = 0;
            for (int i = 0; i < COMMANDS; i++) {
                Command command = randomCommand(random);
                Result ours = sorted(command, node.send(command));
                assertEquals(ask(connection, command), ours, "command " + i + ": " + spelled(command));
                errors += ours.isError() ? 1 : 0;
            }
            assertTrue(errors > COMMANDS / 50 && errors < COMMANDS / 2, errors + " errors: a poor mix");
        } finally {
            redis.destroy();
            redis.waitFor(10, TimeUnit.SECONDS);
        }
    }

    private static Command randomCommand(RandomGenerator random) {
        String name = NAMES[random.nextInt(NAMES.length)];
        if (name.equals("FLUSHDB") && random.nextInt(50) != 0) {
            name = "KEYS";
        }
        int count = random.nextInt(10) < 8 ? usual(name) : random.nextInt(5);
        if (name.equals("SET")) {
            count = Math.min(count, 2); // options are Redis's alone for now
        }
        List<Object> arguments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean value = i > 0 && !name.startsWith("M") && !name.equals("DEL") && !name.equals("EXISTS");
            if (name.equals("KEYS")) {
                arguments.add(text(random, "ab*?[]^-\\\u00e9", 6));
            } else {
                arguments.add(value ? TEXTS[random.nextInt(TEXTS.length)] : text(random, "ab-]", 3));
            }
        }
        return Command.of(name, arguments.toArray());
    }

    private static int usual(String name) {
        return switch (name) {
            case "DBSIZE", "FLUSHDB" -> 0;
            case "GET", "INCR", "DECR", "STRLEN", "GETDEL", "KEYS" -> 1;
            case "MSET" -> 4;
            default -> 2;
        };
    }

    private static byte[] text(RandomGenerator random, String alphabet, int longest) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(longest + 1);
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString().getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private static Result ask(Connection connection, Command command) {
        byte[][] arguments = new byte[command.count()][];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = command.bytes(i);
        }
        try {
            connection.sendCommand(
                    () -> command.typedName().getBytes(java.nio.charset.StandardCharsets.UTF_8), arguments);
            return sorted(command, result(connection.getOne()));
        } catch (JedisDataException e) {
            return new Result.Error(e.getMessage());
        }
    }

    private static Result result(Object reply) {
        if (reply instanceof byte[] bytes) {
            String text = new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
            return text.equals("OK") ? new Result.Simple(text) : new Result.Bulk(bytes);
        }
        if (reply instanceof Long number) {
            return new Result.Int(number);
        }
        if (reply instanceof List<?> list) {
            return new Result.Array(list.stream().map(RedisAgreementIT::result).toList());
        }
        return new Result.Nil();
    }

    /** Redis lists keys in no order. */
    private static Result sorted(Command command, Result result) {
        if (command.name().equals("keys") && result instanceof Result.Array array) {
            return new Result.Array(array.elements().stream()
                    .sorted((a, b) -> a.toString().compareTo(b.toString()))
                    .toList());
        }
        return result;
    }

    private static String spelled(Command command) {
        StringBuilder text = new StringBuilder(command.name());
        for (int i = 0; i < command.count(); i++) {
            text.append(" '").append(command.string(i)).append('\'');
        }
        return text.toString();
    }

    private static Connection connect(int port) throws InterruptedException {
        for (int tries = 0; ; tries++) {
            try {
                Connection connection = new Connection("127.0.0.1", port);
                connection.connect();
                return connection;
            } catch (JedisConnectionException e) {
                if (tries == 100) {
                    throw e;
                }
                Thread.sleep(50);
            }
        }
    }
}
