package dev.huck.transport.redcon;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Command;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestDecoderTest {
    private static final String STREAM =
            "PING\r\n*2\r\n$4\r\nECHO\r\n$5\r\nhe\r\no\r\n\r\n*0\r\n*-5\r\nset \"a b\" 'c'\n"
                    + "*3\r\n$3\r\nset\r\n$0\r\n\r\n$14\r\n*1\r\n$4\r\nPING\r\n   \r\n*1\r\n$4\r\nquit\r\n";

    @Test
    void everyCutOfAStreamGivesTheSameCommands() {
        List<String> whole = decode(decoder(), STREAM);
        assertEquals(
                List.of("[PING]", "[ECHO, he\r\no]", "[set, a b, c]", "[set, , *1\r\n$4\r\nPING\r\n]", "[quit]"),
                whole);
        for (int first = 0; first <= STREAM.length(); first++) {
            for (int second = first; second <= STREAM.length(); second++) {
                assertEquals(
                        whole,
                        decode(
                                decoder(),
                                STREAM.substring(0, first),
                                STREAM.substring(first, second),
                                STREAM.substring(second)),
                        "cut at " + first + " and " + second);
            }
        }
    }

    @Test
    void singleBytesGiveTheSameCommands() {
        assertEquals(decode(decoder(), STREAM), decode(decoder(), STREAM.split("")));
    }

    @Test
    void longCommandsInRandomPiecesArriveWhole() {
        for (long seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            StringBuilder stream = new StringBuilder();
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                List<String> elements = new ArrayList<>();
                int count = 1 + random.nextInt(random.nextInt(10) == 0 ? 3000 : 4);
                stream.append('*').append(count).append("\r\n");
                for (int j = 0; j < count; j++) {
                    String element = "x".repeat(random.nextInt(random.nextInt(20) == 0 ? 50_000 : 10)) + j;
                    elements.add(element);
                    stream.append('$')
                            .append(element.length())
                            .append("\r\n")
                            .append(element)
                            .append("\r\n");
                }
                expected.add(elements.toString());
            }
            List<String> pieces = new ArrayList<>();
            for (int at = 0; at < stream.length(); ) {
                int next = Math.min(stream.length(), at + 1 + random.nextInt(1 + random.nextInt(64 << 10)));
                pieces.add(stream.substring(at, next));
                at = next;
            }
            assertEquals(expected, decode(decoder(), pieces.toArray(String[]::new)), "seed " + seed);
        }
    }

    @Test
    void commandsKeepTheirBytesWhenMoreArrive() throws ProtocolException {
        RequestDecoder decoder = decoder();
        decoder.append(
                Unpooled.copiedBuffer("*2\r\n$4\r\necho\r\n$3\r\none\r\n*2\r\n$4\r\necho\r\n$3\r\nt", ISO_8859_1));
        Command first = decoder.next();
        assertEquals(null, decoder.next());
        decoder.append(Unpooled.copiedBuffer("wo\r\nPING\r\n", ISO_8859_1));
        Command second = decoder.next();
        assertEquals("[ping]", text(decoder.next()).toLowerCase(java.util.Locale.ROOT));
        assertEquals("[echo, one]", text(first));
        assertEquals("[echo, two]", text(second));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "*x\\r\\n, invalid multibulk length",
                "*\\r\\n, invalid multibulk length",
                "*+1\\r\\n, invalid multibulk length",
                "*01\\r\\n, invalid multibulk length",
                "*1048577\\r\\n, invalid multibulk length",
                "*2147483648\\r\\n, invalid multibulk length",
                "*9223372036854775808\\r\\n, invalid multibulk length",
                "*99999999999999999999999\\r\\n, invalid multibulk length",
                "*1\\r\\n$-1\\r\\n, invalid bulk length",
                "*1\\r\\n$x\\r\\n, invalid bulk length",
                "*1\\r\\n$\\r\\n, invalid bulk length",
                "*1\\r\\n$9223372036854775807\\r\\n, invalid bulk length",
                "*1\\r\\n$67108865\\r\\n, invalid bulk length",
                "*1\\r\\nPING\\r\\n, `expected '$', got 'P'`",
                "*1\\r\\n\\r\\n, `expected '$', got '\r'`",
                "GET \"a\\r\\n, unbalanced quotes in request",
                "GET 'a\\r\\n, unbalanced quotes in request",
                "GET \"a\"b\\r\\n, unbalanced quotes in request",
            })
    void malformedInputIsNamedInRedisWords(String input, String what) {
        String stream = input.replace("\\r", "\r").replace("\\n", "\n");
        assertEquals("ERR Protocol error: " + what, failure(stream));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a,too big inline request", "*1,too big mbulk count string", "*1\r\n$1,too big bulk count string"
            })
    void linesWithoutEndAreRefusedAtTheLimit(String input) {
        String begin = input.substring(0, input.indexOf(','));
        String what = input.substring(input.indexOf(',') + 1);
        int line = begin.length() - begin.lastIndexOf('\n') - 1;
        String full = begin + "1".repeat(RequestDecoder.LINE_LIMIT - line);
        assertEquals(List.of(), decode(decoder(), full));
        assertEquals("ERR Protocol error: " + what, failure(full + "1"));
        assertEquals("ERR Protocol error: " + what, failure(full + "11\r\n"));
    }

    @Test
    void aCommandIsBoundedAsAWhole() {
        RequestDecoder decoder = new RequestDecoder(1000, 1024);
        String part = "$400\r\n" + "x".repeat(400) + "\r\n";
        ProtocolException refused =
                assertThrows(ProtocolException.class, () -> decodeOrThrow(decoder, "*3\r\n" + part + part + part));
        assertEquals("ERR Protocol error: invalid bulk length", refused.reply());
    }

    @Test
    void memoryFollowsWhatArrivedAndNotWhatWasAnnounced() throws ProtocolException {
        RequestDecoder decoder = decoder();
        assertEquals(List.of(), decodeOrThrow(decoder, "*1048576\r\n$60000000\r\nabc"));
        assertTrue(decoder.held() < 1000, "holds " + decoder.held());
        assertTrue(decoder.midway());
    }

    @Test
    void whatIsHeldIncludesThePlacesOfArguments() throws ProtocolException {
        RequestDecoder decoder = decoder();
        String arguments = "$0\r\n\r\n".repeat(100_000);
        decodeOrThrow(decoder, "*1048576\r\n" + arguments);
        assertTrue(decoder.held() > arguments.length() + 2 * 4 * 100_000, "holds " + decoder.held());
    }

    @Test
    void shortRestOfAReadDoesNotHoldTheCommandsBeforeIt() throws ProtocolException {
        RequestDecoder decoder = decoder();
        decodeOrThrow(decoder, "PING\r\n".repeat(10_000) + "*2\r\n$4\r\necho\r\n$3\r\nt");
        assertTrue(decoder.held() < 1000, "holds " + decoder.held());
        assertEquals(List.of("[echo, two]", "[PING]"), decodeOrThrow(decoder, "wo\r\nPING\r\n"));
    }

    @Test
    void whatMoreBytesWouldTakeIsKnownBefore() throws ProtocolException {
        RequestDecoder decoder = decoder();
        decodeOrThrow(decoder, "*2\r\n$3\r\nset\r\n$60000000\r\n" + "x".repeat(1_000_000));
        int needed = decoder.heldWith(1000);
        decodeOrThrow(decoder, "x".repeat(1000));
        assertEquals(needed, decoder.held());
        assertTrue(needed > 2_000_000, "it grows by doubling: " + needed);
    }

    @Test
    void aLongValueTakesLittleMoreThanItsLength() throws ProtocolException {
        RequestDecoder decoder = decoder();
        int length = 3_000_000;
        decodeOrThrow(decoder, "*2\r\n$3\r\nset\r\n$" + length + "\r\n");
        String piece = "x".repeat(1000);
        for (int i = 0; i < length / 1000; i++) {
            decodeOrThrow(decoder, piece);
        }
        assertTrue(decoder.held() < length + 100, "holds " + decoder.held());
        assertEquals(1, decodeOrThrow(decoder, "\r\n").size());
    }

    @Test
    void nothingIsHeldBetweenCommands() throws ProtocolException {
        RequestDecoder decoder = decoder();
        decodeOrThrow(decoder, STREAM);
        assertEquals(0, decoder.held());
    }

    private static RequestDecoder decoder() {
        return new RequestDecoder(1 << 20, 64 << 20);
    }

    private static String failure(String stream) {
        ProtocolException whole = assertThrows(ProtocolException.class, () -> decodeOrThrow(decoder(), stream));
        ProtocolException trickle =
                assertThrows(ProtocolException.class, () -> decodeOrThrow(decoder(), stream.split("")));
        assertEquals(whole.reply(), trickle.reply());
        return whole.reply();
    }

    private static List<String> decode(RequestDecoder decoder, String... pieces) {
        try {
            return decodeOrThrow(decoder, pieces);
        } catch (ProtocolException e) {
            throw new AssertionError(e.reply(), e);
        }
    }

    private static List<String> decodeOrThrow(RequestDecoder decoder, String... pieces) throws ProtocolException {
        List<String> commands = new ArrayList<>();
        for (String piece : pieces) {
            decoder.append(Unpooled.copiedBuffer(piece, ISO_8859_1));
            for (Command command = decoder.next(); command != null; command = decoder.next()) {
                commands.add(text(command));
            }
            decoder.trim();
        }
        return commands;
    }

    private static String text(Command command) {
        List<String> elements = new ArrayList<>();
        elements.add(command.typedName());
        for (int i = 0; i < command.count(); i++) {
            elements.add(new String(command.bytes(i), ISO_8859_1));
        }
        return elements.toString();
    }
}
