package dev.huck.transport.redcon;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.huck.raft.api.Command;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InlineSplitterTest {

    @Test
    void wordsAreSeparatedByBlanks() throws ProtocolException {
        assertEquals(List.of("set", "a", "b"), split(" set\t a  b \r"));
    }

    @Test
    void doubleQuotesKnowEscapes() throws ProtocolException {
        assertEquals(List.of("a", "\n\r\t\b\u0007\\\"q"), split("a \"\\n\\r\\t\\b\\a\\\\\\\"\\q\""));
    }

    @Test
    void hexadecimalEscapesGiveAnyByte() throws ProtocolException {
        assertEquals(List.of("a", "\u0000\u00ff\u00ab"), split("a \"\\x00\\xff\\xAb\""));
    }

    @Test
    void anIncompleteHexadecimalEscapeIsTheLetter() throws ProtocolException {
        assertEquals(List.of("a", "xzz", "x1"), split("a \"\\xzz\" \"\\x1\""));
    }

    @Test
    void singleQuotesKnowOnlyTheirOwnEscape() throws ProtocolException {
        assertEquals(List.of("a", "\\n'"), split("a '\\n\\''"));
    }

    @Test
    void emptyQuotesAreAnEmptyWord() throws ProtocolException {
        assertEquals(List.of("a", "", ""), split("a \"\" ''"));
    }

    @Test
    void aQuoteMayOpenInsideAWord() throws ProtocolException {
        assertEquals(List.of("abc d"), split("ab\"c d\""));
    }

    @Test
    void manyWordsFit() throws ProtocolException {
        assertEquals(1000, split("w ".repeat(1000)).size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t \r"})
    void blanksAreNoCommand(String line) throws ProtocolException {
        assertNull(InlineSplitter.split(line.getBytes(ISO_8859_1), 0, line.length()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a \"b", "a 'b", "a \"b\"c", "a 'b'c", "a \"b\\\"", "\"\\x0", "'a\\'", "\"a\\"})
    void unbalancedQuotesAreRefused(String line) {
        ProtocolException refused = assertThrows(ProtocolException.class, () -> split(line));
        assertEquals("ERR Protocol error: unbalanced quotes in request", refused.reply());
    }

    @Test
    void onlyTheGivenRangeIsRead() throws ProtocolException {
        byte[] bytes = "\"ping\"".getBytes(ISO_8859_1);
        Command command = InlineSplitter.split(bytes, 1, 5);
        assertArrayEquals(new Object[] {"ping", 0}, new Object[] {command.name(), command.count()});
    }

    private static List<String> split(String line) throws ProtocolException {
        Command command = InlineSplitter.split(line.getBytes(ISO_8859_1), 0, line.length());
        List<String> words = new ArrayList<>();
        words.add(command.typedName());
        for (int i = 0; i < command.count(); i++) {
            words.add(new String(command.bytes(i), ISO_8859_1));
        }
        return words;
    }
}
