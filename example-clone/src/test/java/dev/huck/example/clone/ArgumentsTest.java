package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.Durability;
import dev.huck.raft.api.Options;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {

    @Test
    void nothingGivenMeansTheDefaults() {
        Options options = options("");
        assertEquals("127.0.0.1:7481", options.address());
        assertEquals(Path.of("data"), options.directory());
        assertEquals(Durability.HIGH, options.durability());
        assertEquals(Consistency.HIGH, options.consistency());
        assertEquals(Optional.empty(), options.join());
        assertEquals(Optional.empty(), options.backend());
        assertFalse(options.insecure());
        assertEquals(LogLevel.NOTICE, new Arguments(new String[0], Map.of()).logLevel());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-p 7482", "--port 7482", "--port=7482", "-port 7482", "-p=7482"})
    void portIsSpelledInSeveralWays(String line) {
        assertEquals("127.0.0.1:7482", options(line).address());
    }

    @Test
    void singleDashSpellingsOfFinnWork() {
        Options options =
                options("-dir d -join 7482 -backend memory -durability low -consistency medium -loglevel debug");
        assertEquals(Path.of("d"), options.directory());
        assertEquals(Optional.of("127.0.0.1:7482"), options.join());
        assertEquals(Optional.of("memory"), options.backend());
        assertEquals(Durability.LOW, options.durability());
        assertEquals(Consistency.MEDIUM, options.consistency());
    }

    @ParameterizedTest
    @CsvSource({
        "-a 0.0.0.0, 0.0.0.0:7481",
        "-a 0.0.0.0:9000, 0.0.0.0:9000",
        "-a host -p 9000, host:9000",
        "-a host:9000 -p 9000, host:9000",
        "-a [::1]:9000, [::1]:9000",
        "-a ::1, [::1]:7481",
        "-p 0, 127.0.0.1:0"
    })
    void addressAndPortMakeOneAddress(String line, String address) {
        assertEquals(address, options(line).address());
    }

    @Test
    void portThatContradictsTheAddressIsRefused() {
        assertEquals(
                "--addr 'host:9000': contradicts --port 9001; give the port once", refusal("-a host:9000 -p 9001"));
    }

    @Test
    void commandLineWinsOverTheEnvironment() {
        Map<String, String> environment = Map.of(
                "HUCK_PORT", "9000", "HUCK_DURABILITY", "low", "HUCK_DIR", "from-environment", "HUCK_INSECURE", "true");
        Options options = options("--durability medium -p 9001", environment);
        assertEquals("127.0.0.1:9001", options.address());
        assertEquals(Durability.MEDIUM, options.durability());
        assertEquals(Path.of("from-environment"), options.directory());
        assertTrue(options.insecure());
    }

    @Test
    void portOfAnAddressOnTheCommandLineWinsOverThePortOfTheEnvironment() {
        assertEquals(
                "host:9000",
                options("-a host:9000", Map.of("HUCK_PORT", "9001")).address());
    }

    @Test
    void portOnTheCommandLineWinsOverTheAddressOfTheEnvironment() {
        assertEquals(
                "host:9001",
                options("-p 9001", Map.of("HUCK_ADDR", "host:9000")).address());
    }

    @Test
    void contradictionWithinTheEnvironmentIsRefused() {
        assertEquals(
                "HUCK_ADDR 'host:9000': contradicts HUCK_PORT 9001; give the port once",
                refusal("", Map.of("HUCK_ADDR", "host:9000", "HUCK_PORT", "9001")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\nb", "\t"})
    void idThatIsNoNameIsRefused(String id) {
        Arguments arguments = new Arguments(new String[] {"-n", id}, Map.of());
        assertEquals(
                "--id must have 1 to 255 characters, none of them white space",
                assertThrows(UsageException.class, () -> arguments.options(List::of))
                        .getMessage());
    }

    @Test
    void blankVariableIsNoValue() {
        assertEquals(Optional.empty(), options("", Map.of("HUCK_JOIN", " ")).join());
    }

    @ParameterizedTest
    @EnumSource(Setting.class)
    void everySettingIsReadFromItsVariable(Setting setting) {
        Arguments arguments = new Arguments(new String[0], Map.of(setting.variable(), "value"));
        assertEquals(new Given(setting.variable(), "value", false), arguments.given(setting));
    }

    @ParameterizedTest
    @EnumSource(Setting.class)
    void everySettingIsReadFromItsOption(Setting setting) {
        String[] line =
                setting.label().isEmpty() ? new String[] {setting.option()} : new String[] {setting.option(), "value"};
        String value = setting.label().isEmpty() ? "true" : "value";
        assertEquals(new Given(setting.option(), value, true), new Arguments(line, Map.of()).given(setting));
    }

    @Test
    void everyOptionReachesTheNode() {
        Options options = options("--advertise me:1 -n id7 --heartbeat 50ms --election-timeout-min 1s"
                + " --election-timeout-max 2s --request-timeout 3s --join-timeout 1m --snapshot-every 1gb"
                + " --snapshots-kept 5 --log-tail 512kb --memory-budget 2mb --max-command 2048 --max-arguments 77"
                + " --max-connections 88 --max-output 3m --idle-timeout 1h --partial-command-timeout 1500 --insecure"
                + " -j 7482 --learner --readmit --protocol-max 1 --snapshots-from-members --snapshot-rate 6mb"
                + " --session-expiry 10m --max-sessions 99 --session-reply-bytes 16kb --session-total-bytes 8mb");
        assertEquals(Optional.of("me:1"), options.advertise());
        assertEquals(Optional.of("id7"), options.id());
        assertEquals(Duration.ofMillis(50), options.heartbeat());
        assertEquals(Duration.ofSeconds(1), options.electionTimeoutMin());
        assertEquals(Duration.ofSeconds(2), options.electionTimeoutMax());
        assertEquals(Duration.ofSeconds(3), options.requestTimeout());
        assertEquals(Duration.ofMinutes(1), options.joinTimeout());
        assertEquals(1L << 30, options.snapshotEveryBytes());
        assertEquals(5, options.snapshotsKept());
        assertEquals(512L << 10, options.logTailBytes());
        assertTrue(options.snapshotsFromMembers());
        assertEquals(6L << 20, options.snapshotBytesPerSecond());
        assertEquals(2L << 20, options.memoryBudgetBytes());
        assertEquals(2048, options.maxCommandBytes());
        assertEquals(Duration.ofMinutes(10), options.sessionExpiry());
        assertEquals(99, options.maxSessions());
        assertEquals(16 << 10, options.sessionReplyBytes());
        assertEquals(8L << 20, options.sessionTotalBytes());
        assertEquals(77, options.maxArguments());
        assertEquals(88, options.maxConnections());
        assertEquals(3L << 20, options.maxOutputBytes());
        assertEquals(Duration.ofHours(1), options.idleTimeout());
        assertEquals(Duration.ofMillis(1500), options.partialCommandTimeout());
        assertTrue(options.insecure());
        assertTrue(options.learner());
        assertTrue(options.readmit());
        assertEquals(1, options.protocolMax());
    }

    @ParameterizedTest
    @CsvSource({
        "quiet, QUIET",
        "silent, QUIET",
        "warning, WARNING",
        "warn, WARNING",
        "notice, NOTICE",
        "info, NOTICE",
        "verbose, VERBOSE",
        "verb, VERBOSE",
        "debug, DEBUG",
        "DEBUG, DEBUG"
    })
    void logLevelsAreNamedAsInRedisAndAsInUhaha(String word, LogLevel level) {
        assertEquals(level, new Arguments(new String[] {"-l", word}, Map.of()).logLevel());
    }

    @Test
    void unknownLogLevelIsRefusedWithThoseThatAreAllowed() {
        Arguments arguments = new Arguments(new String[] {"-l", "loud"}, Map.of());
        assertEquals(
                "--loglevel 'loud': allowed are quiet, warning, notice, verbose, debug (or silent, warn, info, verb)",
                assertThrows(UsageException.class, arguments::logLevel).getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--durability x          | --durability 'x': allowed are low, medium, high",
                "--consistency strong    | --consistency 'strong': allowed are low, medium, high",
                "--backend bolt          | --backend 'bolt': allowed are lmdb, memory",
                "-p x                    | --port 'x': a number from 0 to 65535 is needed",
                "-p 65536                | --port '65536': a number from 0 to 65535 is needed",
                "-p -1                   | --port '-1': a number from 0 to 65535 is needed",
                "-a host:x               | --addr 'host:x': port 'x': a number from 0 to 65535 is needed",
                "-a :7481                | --addr ':7481': host or host:port is needed",
                "-j 0                    | --join '0': a number from 1 to 65535 is needed",
                "-j host                 | --join 'host': host:port is needed",
                "--advertise host        | --advertise 'host': host:port is needed",
                "--advertise host:0      | --advertise 'host:0': host:port is needed",
                "--heartbeat fast        | --heartbeat 'fast': a time such as 100ms, 2s, 1m or 1h is needed",
                "--log-tail 1tb          | --log-tail '1tb': a size such as 512kb, 64mb or 1gb, at most 9223372036854775807 bytes, is needed",
                "--max-command 2gb       | --max-command '2gb': a size such as 512kb, 64mb or 1gb, at most 2147483647 bytes, is needed",
                "--snapshots-kept 0      | --snapshots-kept '0': a number from 1 to 1000 is needed",
                "--insecure maybe        | --insecure 'maybe': allowed are true, false",
                "--election-timeout-min 2s --election-timeout-max 1s | --election-timeout-max must be longer than --election-timeout-min",
                "-p 7481 -j 7481         | a node can't join itself"
            })
    void valueThatIsNotAllowedIsRefusedWithWhatIs(String line, String message) {
        assertEquals(message, refusal(line));
    }

    @Test
    void valueOfAVariableIsRefusedByTheVariablesName() {
        assertEquals(
                "HUCK_PORT 'tcp://10.0.0.1:7481': a number from 0 to 65535 is needed",
                refusal("", Map.of("HUCK_PORT", "tcp://10.0.0.1:7481")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--durabilty high", "-x", "-dirr data", "stray", "-p 1 stray"})
    void unknownArgumentIsRefusedWithThoseThatAreAllowed(String line) {
        String message = refusal(line);
        assertTrue(message.startsWith("unknown argument '"), message);
        assertTrue(message.contains("--durability") && message.contains("--election-timeout-min"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-p", "-p 1 -p 2", "--dir --port 1"})
    void optionWithoutItsValueOrGivenTwiceIsRefused(String line) {
        assertTrue(refusal(line).contains("option '--"), refusal(line));
    }

    @Test
    void helpNamesEveryOptionOnceAndFitsATerminal() {
        String usage = Arguments.usage(List.of("lmdb", "memory"));
        for (Setting setting : Setting.values()) {
            assertTrue(usage.contains(setting.option()), usage);
        }
        assertTrue(usage.contains("log store: lmdb, memory (what is on disk"), usage);
        assertFalse(usage.contains(" -dir"), "the single-dash spellings are not advertised");
        assertTrue(usage.lines().allMatch(line -> line.length() <= 120), usage);
    }

    private static Options options(String line) {
        return options(line, Map.of());
    }

    private static Options options(String line, Map<String, String> environment) {
        return read(line, environment, arguments -> arguments.options(() -> List.of("lmdb", "memory")));
    }

    private static String refusal(String line) {
        return refusal(line, Map.of());
    }

    private static String refusal(String line, Map<String, String> environment) {
        return assertThrows(UsageException.class, () -> options(line, environment))
                .getMessage();
    }

    private static <T> T read(String line, Map<String, String> environment, Function<Arguments, T> read) {
        return read.apply(new Arguments(line.isEmpty() ? new String[0] : line.split(" "), environment));
    }
}
