package dev.huck.example.clone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.huck.raft.api.CommandException;
import dev.huck.raft.api.Result;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each command's replies, to the letter. */
class CommandsTest {
    private static final Result OK = new Result.Simple("OK");
    private static final Result NIL = new Result.Nil();
    private static final Result NOT_A_NUMBER = new Result.Error("ERR value is not an integer or out of range");
    private static final Result OVERFLOW = new Result.Error("ERR increment or decrement would overflow");

    private final DirectNode node = new DirectNode(new CloneMachine());

    @Test
    void setThenGetReturnsTheValue() {
        assertEquals(OK, node.send("SET", "k", "v"));
        assertEquals(bulk("v"), node.send("GET", "k"));
    }

    @Test
    void setReplacesTheValue() {
        node.send("SET", "k", "v");
        assertEquals(OK, node.send("SET", "k", "w"));
        assertEquals(bulk("w"), node.send("GET", "k"));
        assertEquals(new Result.Int(1), node.send("DBSIZE"));
    }

    @Test
    void keysAndValuesAreAnyBytes() {
        byte[] key = {0, -1, '\r', '\n', ' '};
        byte[] value = {-128, 0, 10, 13};
        assertEquals(OK, node.send("SET", key, value));
        assertEquals(new Result.Bulk(value), node.send("GET", key));
        assertEquals(array(new Result.Bulk(key)), node.send("KEYS", "*"));
    }

    @Test
    void namesAreTakenInAnyCase() {
        assertEquals(OK, node.send("sEt", "k", "v"));
        assertEquals(bulk("v"), node.send("get", "k"));
        assertEquals(NIL, node.send("GET", "K"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"EX 10", "NX", "XX", "GET", "KEEPTTL", "PX 5 NX", "w"})
    void setWithMoreThanKeyAndValueIsASyntaxError(String more) {
        Object[] arguments = ("k v " + more).split(" ");
        assertEquals(new Result.Error("ERR syntax error"), node.send("SET", arguments));
        assertEquals(NIL, node.send("GET", "k"));
    }

    @Test
    void getOfAMissingKeyIsNil() {
        assertEquals(NIL, node.send("GET", "k"));
    }

    @Test
    void delCountsWhatItDeleted() {
        node.send("MSET", "a", 1, "b", 2, "c", 3);
        assertEquals(new Result.Int(2), node.send("DEL", "a", "c", "a", "x"));
        assertEquals(new Result.Int(0), node.send("DEL", "a"));
        assertEquals(array(bulk("b")), node.send("KEYS", "*"));
    }

    @Test
    void existsCountsAKeyAsOftenAsItIsNamed() {
        node.send("SET", "a", 1);
        assertEquals(new Result.Int(2), node.send("EXISTS", "a", "b", "a"));
    }

    @Test
    void keysComeInTheOrderOfTheirBytes() {
        node.send("MSET", "b", 1, "a", 1, "B", 1, new byte[] {-1}, 1, "aa", 1, "", 1);
        assertEquals(
                array(bulk(""), bulk("B"), bulk("a"), bulk("aa"), bulk("b"), new Result.Bulk(new byte[] {-1})),
                node.send("KEYS", "*"));
    }

    @Test
    void keysReturnsOnlyWhatMatches() {
        node.send("MSET", "user:1", 1, "user:22", 1, "use", 1, "user:", 1, "usor:1", 1);
        assertEquals(array(bulk("user:1")), node.send("KEYS", "user:?"));
        assertEquals(array(bulk("user:"), bulk("user:1"), bulk("user:22")), node.send("KEYS", "user:*"));
        assertEquals(array(bulk("user:1")), node.send("KEYS", "user:1"));
        assertEquals(array(bulk("user:1"), bulk("usor:1")), node.send("KEYS", "us?r:1"));
        assertEquals(array(), node.send("KEYS", "x*"));
    }

    @Test
    void incrCountsFromZero() {
        assertEquals(new Result.Int(1), node.send("INCR", "n"));
        assertEquals(new Result.Int(2), node.send("INCR", "n"));
        assertEquals(bulk("2"), node.send("GET", "n"));
        assertEquals(new Result.Int(-1), node.send("DECR", "m"));
    }

    @Test
    void incrbyAndDecrbyTakeTheirAmount() {
        assertEquals(new Result.Int(40), node.send("INCRBY", "n", 40));
        assertEquals(new Result.Int(-2), node.send("DECRBY", "n", 42));
        assertEquals(new Result.Int(8), node.send("DECRBY", "n", -10));
        assertEquals(bulk("8"), node.send("GET", "n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "1 ", " 1", "+1", "01", "-0", "1.0", "x", "9223372036854775808", "0x1", "--1"})
    void whatIsNoNumberIsNotCounted(String text) {
        node.send("SET", "n", text);
        assertEquals(NOT_A_NUMBER, node.send("INCR", "n"));
        assertEquals(NOT_A_NUMBER, node.send("INCRBY", "m", text));
        assertEquals(NOT_A_NUMBER, node.send("DECRBY", "m", text));
        assertEquals(bulk(text), node.send("GET", "n"));
        assertEquals(NIL, node.send("GET", "m"));
    }

    @Test
    void counterNeitherOverflowsNorUnderflows() {
        node.send("SET", "most", Long.MAX_VALUE);
        node.send("SET", "least", Long.MIN_VALUE);
        assertEquals(OVERFLOW, node.send("INCR", "most"));
        assertEquals(OVERFLOW, node.send("INCRBY", "most", Long.MAX_VALUE));
        assertEquals(OVERFLOW, node.send("DECR", "least"));
        assertEquals(OVERFLOW, node.send("INCRBY", "least", Long.MIN_VALUE));
        assertEquals(new Result.Int(-1), node.send("INCRBY", "most", Long.MIN_VALUE));
        assertEquals(bulk(Long.toString(Long.MIN_VALUE)), node.send("GET", "least"));
    }

    @Test
    void decrbyOfTheLeastNumberHasItsOwnError() {
        assertEquals(new Result.Error("ERR decrement would overflow"), node.send("DECRBY", "n", Long.MIN_VALUE));
    }

    @Test
    void appendMakesAndLengthensAValue() {
        assertEquals(new Result.Int(5), node.send("APPEND", "k", "hello"));
        assertEquals(new Result.Int(11), node.send("APPEND", "k", " world"));
        assertEquals(new Result.Int(11), node.send("APPEND", "k", ""));
        assertEquals(bulk("hello world"), node.send("GET", "k"));
        assertEquals(new Result.Int(11), node.send("STRLEN", "k"));
        assertEquals(new Result.Int(0), node.send("STRLEN", "x"));
    }

    @Test
    void appendDoesNotReachIntoASnapshot() throws Exception {
        node.send("SET", "k", "v");
        byte[] before = node.snapshot();
        node.send("APPEND", "k", "w");
        assertEquals(bulk("v"), DirectNode.restored(before).send("GET", "k"));
    }

    @Test
    void stringsGrowToHalfAGigabyteAndNoFurther() {
        assertEquals(512 << 20, Strings.joinedLength((512 << 20) - 1, 1));
        CommandException refusal = assertThrows(CommandException.class, () -> Strings.joinedLength((512 << 20) - 1, 2));
        assertEquals("ERR string exceeds maximum allowed size (proto-max-bulk-len)", refusal.getMessage());
        assertThrows(CommandException.class, () -> Strings.joinedLength(512 << 20, Integer.MAX_VALUE));
    }

    @Test
    void mgetReturnsNilForWhatIsMissing() {
        node.send("MSET", "a", 1, "b", 2);
        assertEquals(array(bulk("1"), NIL, bulk("2"), bulk("1")), node.send("MGET", "a", "x", "b", "a"));
    }

    @Test
    void msetOfOneKeyTwiceKeepsTheLast() {
        assertEquals(OK, node.send("MSET", "a", 1, "a", 2));
        assertEquals(bulk("2"), node.send("GET", "a"));
    }

    @Test
    void setnxSetsOnlyWhatIsMissing() {
        assertEquals(new Result.Int(1), node.send("SETNX", "k", "v"));
        assertEquals(new Result.Int(0), node.send("SETNX", "k", "w"));
        assertEquals(bulk("v"), node.send("GET", "k"));
    }

    @Test
    void getsetReturnsWhatWasThere() {
        assertEquals(NIL, node.send("GETSET", "k", "v"));
        assertEquals(bulk("v"), node.send("GETSET", "k", "w"));
        assertEquals(bulk("w"), node.send("GET", "k"));
    }

    @Test
    void getdelReturnsWhatItDeletes() {
        node.send("SET", "k", "v");
        assertEquals(bulk("v"), node.send("GETDEL", "k"));
        assertEquals(NIL, node.send("GETDEL", "k"));
        assertEquals(new Result.Int(0), node.send("EXISTS", "k"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"FLUSHALL", "FLUSHDB", "FLUSHALL ASYNC", "flushdb sync"})
    void flushDeletesEverything(String line) {
        node.send("MSET", "a", 1, "b", 2);
        assertEquals(OK, send(line));
        assertEquals(new Result.Int(0), node.send("DBSIZE"));
        assertEquals(array(), node.send("KEYS", "*"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"FLUSHALL NOW", "FLUSHALL SYNC SYNC", "FLUSHDB x"})
    void flushWithAnotherWordIsASyntaxError(String line) {
        assertEquals(new Result.Error("ERR syntax error"), send(line));
    }

    @ParameterizedTest
    @CsvSource({
        "SET k, set",
        "SET, set",
        "GET, get",
        "GET a b, get",
        "DEL, del",
        "KEYS, keys",
        "KEYS a b, keys",
        "EXISTS, exists",
        "INCR, incr",
        "INCR a b, incr",
        "DECR, decr",
        "INCRBY a, incrby",
        "INCRBY a x y, incrby",
        "DECRBY a, decrby",
        "APPEND a, append",
        "STRLEN, strlen",
        "MGET, mget",
        "MSET, mset",
        "MSET a, mset",
        "MSET a 1 b, mset",
        "SETNX a, setnx",
        "GETSET a, getset",
        "GETDEL, getdel",
        "DBSIZE x, dbsize",
        "CONFIG, config",
        "CONFIG GET, config|get"
    })
    void wrongNumberOfArgumentsIsAnsweredInRedisWords(String line, String name) {
        assertEquals(new Result.Error("ERR wrong number of arguments for '" + name + "' command"), send(line));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"SET k v NX", "MSET a 1 b", "INCRBY n x", "DECRBY n -9223372036854775808", "FLUSHALL NOW", "GET"
            })
    void whatIsWrongOnItsFaceNeverReachesTheLog(String line) {
        send(line);
        assertEquals(0, node.log().size());
    }

    @Test
    void configGetAnswersWhatBenchmarksAsk() {
        assertEquals(array(bulk("save"), bulk("")), node.send("CONFIG", "GET", "save"));
        assertEquals(array(bulk("appendonly"), bulk("yes")), node.send("config", "get", "APPENDONLY"));
        assertEquals(
                array(
                        bulk("maxmemory"),
                        bulk("0"),
                        bulk("maxmemory-policy"),
                        bulk("noeviction"),
                        bulk("save"),
                        bulk("")),
                node.send("CONFIG", "GET", "max*", "s?ve"));
        assertEquals(array(), node.send("CONFIG", "GET", "nothing"));
    }

    @Test
    void configKnowsNoOtherSubcommand() {
        assertEquals(
                new Result.Error("ERR unknown subcommand 'SET'. Try CONFIG HELP."),
                node.send("CONFIG", "SET", "save", ""));
    }

    private Result send(String line) {
        String[] words = line.split(" ");
        return node.send(words[0], (Object[]) Arrays.copyOfRange(words, 1, words.length));
    }

    private static Result bulk(String text) {
        return new Result.Bulk(text.getBytes(UTF_8));
    }

    private static Result array(Result... elements) {
        return new Result.Array(Arrays.asList(elements));
    }
}
