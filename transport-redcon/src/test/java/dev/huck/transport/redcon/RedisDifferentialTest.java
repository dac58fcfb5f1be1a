package dev.huck.transport.redcon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same bytes to a redis-server and to this transport give the same replies. */
class RedisDifferentialTest {
    private static RedisServer redis;
    private static Served served;

    @BeforeAll
    static void open(@TempDir Path directory) throws IOException {
        Optional<RedisServer> started = RedisServer.start(directory);
        if (started.isEmpty()) {
            System.out.println("SKIPPED RedisDifferentialTest: no redis-server is installed");
        }
        Assumptions.assumeTrue(started.isPresent(), "no redis-server is installed");
        redis = started.get();
        // As many arguments as Redis takes: what it waits for must not be an error here.
        served = new Served(Served.options().maxArguments(Integer.MAX_VALUE).maxCommandBytes(512 << 20), true);
    }

    @AfterAll
    static void close() throws IOException {
        if (served != null) {
            served.close();
            redis.close();
        }
    }

    static String[] conversations() {
        return new String[] {
            "HELLO x",
            "HELLO 4",
            "HELLO 1",
            "HELLO 2 FOO",
            "HELLO 2 SETNAME",
            "HELLO 2 SETNAME \"a b\"",
            "HELLO 2 AUTH a",
            "HELLO 2 AUTH bob x",
            "HELLO 3 FOO\r\nCLIENT GETNAME",
            "AUTH",
            "AUTH x",
            "AUTH default x",
            "AUTH bob x",
            "AUTH a b c",
            "SELECT",
            "SELECT 0",
            "SELECT x",
            "SELECT 99",
            "SELECT -1",
            "SELECT 99999999999",
            "QUIT\r\nPING",
            "QUIT 1\r\nPING",
            "RESET",
            "RESET x",
            "CLIENT",
            "BIG",
            "CLIENT FOO",
            "CLIENT ID x",
            "CLIENT GETNAME",
            "CLIENT GETNAME x",
            "CLIENT SETNAME",
            "CLIENT SETNAME \"a b\"",
            "CLIENT SETNAME \"\"\r\nCLIENT GETNAME",
            "CLIENT SETNAME a\r\nCLIENT GETNAME\r\nRESET\r\nCLIENT GETNAME",
            "CLIENT LIST TYPE x",
            "CLIENT LIST TYPE pubsub",
            "CLIENT LIST TYPE",
            "CLIENT LIST ID 999999",
            "CLIENT LIST ID x",
            "CLIENT LIST ID",
            "CLIENT LIST FOO",
            "CLIENT KILL",
            "CLIENT KILL 1.2.3.4:5",
            "CLIENT KILL ID 999999",
            "CLIENT KILL ID x",
            "CLIENT KILL ID 0",
            "CLIENT KILL FOO x",
            "CLIENT KILL ADDR 1.2.3.4:5",
            "CLIENT KILL ID 1 ADDR",
            "CLIENT KILL SKIPME x",
            "CLIENT NO-EVICT x",
            "CLIENT NO-EVICT ON",
            "CLIENT REPLY",
            "CLIENT REPLY x",
            "CLIENT REPLY ON",
            "CLIENT REPLY SKIP\r\nPING\r\nECHO hi",
            "CLIENT REPLY SKIP\r\nCLIENT REPLY SKIP\r\nPING\r\nECHO hi",
            "CLIENT REPLY SKIP\r\nCLIENT REPLY ON\r\nECHO hi",
            "CLIENT REPLY SKIP\r\nCLIENT REPLY OFF\r\nECHO hi\r\nCLIENT REPLY ON\r\nPING",
            "CLIENT REPLY OFF\r\nPING\r\nCLIENT REPLY SKIP\r\nCLIENT REPLY ON\r\nECHO hi",
            "CLIENT REPLY OFF\r\nRESET\r\nECHO hi",
            "CLIENT TRACKING OFF",
            "CLIENT TRACKING x",
            "CLIENT HELP x",
            "\r\n\r\n   \r\nPING",
            "*0\r\n*-1\r\n*-9999\r\nPING",
            "POST / HTTP/1.1\r\nPING",
            "PING\r\nhost: x\r\nPING",
            "ECHO \"\\x41\\n\\\"\" 'a\\'b'",
            "ECHO \"\\x41\\n\\\"\"",
            "ECHO 'a\\'b\\n'",
            "ECHO ab\"c d\"",
            "ECHO \"a\"b",
        };
    }

    @ParameterizedTest
    @MethodSource("conversations")
    void aConversationGoesAsWithRedis(String lines) throws IOException {
        assertSame(lines + "\r\n", lines);
    }

    @Test
    void randomAndBrokenStreamsGoAsWithRedis() throws IOException {
        long seed = Long.getLong("huck.seed", System.nanoTime());
        System.out.println("RedisDifferentialTest: -Dhuck.seed=" + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 1500; i++) {
            String stream = random.nextInt(4) == 0 ? noise(random) : broken(random, commands(random));
            assertSame(stream, "stream " + i + " of -Dhuck.seed=" + seed + ": " + stream);
        }
    }

    private static void assertSame(String stream, String message) throws IOException {
        String expected;
        try (Wire wire = new Wire(redis.address)) {
            expected = wire.exchange(stream);
        }
        assertEquals(expected, served.exchange(stream), message);
    }

    /** Pings and echoes in both forms. */
    private static String commands(Random random) {
        StringBuilder stream = new StringBuilder();
        int count = 1 + random.nextInt(6);
        for (int i = 0; i < count; i++) {
            String word = random.ints(random.nextInt(12), ' ', 127)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            switch (random.nextInt(5)) {
                case 0 -> stream.append("PING\r\n");
                case 1 -> stream.append("*1\r\n$4\r\nPING\r\n");
                case 2 -> stream.append("ECHO '" + word.replace("'", "\\'") + "'\r\n");
                case 3 -> stream.append("ECHO \"" + word.replace("\\", "\\\\").replace("\"", "\\x22") + "\"\n");
                default -> stream.append("*2\r\n$4\r\nECHO\r\n$" + word.length() + "\r\n" + word + "\r\n");
            }
        }
        return stream.toString();
    }

    /** Some bytes changed, dropped, doubled or cut off. */
    private static String broken(Random random, String stream) {
        StringBuilder changed = new StringBuilder(stream);
        String likely = "*$\r\n\"'\\ 0123456789-x:+PE";
        for (int i = random.nextInt(4); i > 0 && changed.length() > 1; i--) {
            int at = random.nextInt(changed.length());
            switch (random.nextInt(4)) {
                case 0 -> changed.setCharAt(at, likely.charAt(random.nextInt(likely.length())));
                case 1 -> changed.deleteCharAt(at);
                case 2 -> changed.insert(at, likely.charAt(random.nextInt(likely.length())));
                default -> changed.setLength(at);
            }
        }
        return changed.toString();
    }

    /** Bytes of which the protocol is made, in any order; no zero, at which Redis's search for a line's end gives up. */
    private static String noise(Random random) {
        String alphabet = "*$12-\r\n\"'\\xab PING";
        StringBuilder stream = new StringBuilder();
        for (int i = random.nextInt(60); i > 0; i--) {
            stream.append(alphabet.charAt(random.nextInt(alphabet.length())));
            if (random.nextInt(5) == 0) {
                stream.append("\r\n");
            }
        }
        return stream.toString();
    }
}
