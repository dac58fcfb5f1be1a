package dev.huck.example.clone;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GlobTest {

    @ParameterizedTest
    @CsvSource({
        "a, a, true",
        "a, b, false",
        "a, aa, false",
        "*, a, true",
        "*, abc, true",
        "a*, a, true",
        "a*, abc, true",
        "a*, ba, false",
        "*a, ba, true",
        "*a, ab, false",
        "*a*, bab, true",
        "a*b*c, axxbyyc, true",
        "a*b*c, axxbyy, false",
        "?, a, true",
        "?, ab, false",
        "h?llo, hello, true",
        "h*llo, hllo, true",
        "h[ae]llo, hello, true",
        "h[ae]llo, hillo, false",
        "h[^e]llo, hallo, true",
        "h[^e]llo, hello, false",
        "h[a-b]llo, hbllo, true",
        "h[b-a]llo, hallo, true",
        "h[a-b]llo, hcllo, false",
        "'[a-', a, true",
        "'[a', a, true",
        "'[', '[', false",
        "'[]', a, false",
        "'[^]', a, true",
        "'[a-]', -, false",
        "'[a-]', ']', true",
        "'[\\]]', ']', true",
        "'[\\-]', -, true",
        "'\\*', '*', true",
        "'\\*', a, false",
        "'\\', '\\', true",
        "'a\\', 'a\\', true",
        "a**, a, true",
        "'***', a, true",
        "'', '', true",
        "'', a, false",
        "A, a, false",
        "'**', '', false",
        "'?', '', false"
    })
    void matchesAsRedisDoes(String pattern, String text, boolean expected) {
        assertEquals(expected, matches(pattern, text), pattern + " on " + text);
    }

    @Test
    void ignoresCaseOfAsciiLettersWhenAsked() {
        assertTrue(new Glob(bytes("S?V[A-E]"), true).matches(bytes("save")));
        assertFalse(new Glob(bytes("S?V[A-D]"), true).matches(bytes("save")));
        assertFalse(new Glob(new byte[] {(byte) 0xc4}, true).matches(new byte[] {(byte) 0xe4}));
    }

    @Test
    void comparesBytesAboveAsciiAsSigned() {
        assertTrue(new Glob(bytes("[\u00ff-a]")).matches(bytes("B")));
        assertFalse(new Glob(bytes("[\u00ff-a]")).matches(bytes("b")));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void agreesWithTheDefinitionOnRandomPatterns(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        int matches = 0;
        for (int i = 0; i < 200_000; i++) {
            String pattern = random(random, "ab*?[]^-\\", 9);
            String text = random(random, "ab]-\\*", 8);
            boolean expected = text.isEmpty() ? pattern.isEmpty() : reference(pattern, text);
            assertEquals(expected, matches(pattern, text), () -> "pattern " + pattern + ", text " + text);
            matches += expected ? 1 : 0;
        }
        assertTrue(matches > 5_000, "only " + matches + " matches: the test says little");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a*", "*a", "?*", "*[ab]"})
    void manyStarsTakeNoExponentialTime(String piece) {
        String pattern = piece.repeat(200) + "b";
        String text = "a".repeat(50_000);
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> assertFalse(matches(pattern, text)));
    }

    @Test
    void prefixEndsAtTheFirstSpecialByte() {
        assertEquals("user:", prefix("user:*"));
        assertEquals("user:", prefix("user:?1"));
        assertEquals("user:", prefix("user:[12]"));
        assertEquals("user:", prefix("user:\\*"));
        assertEquals("user:1", prefix("user:1"));
        assertEquals("", prefix("*1"));
    }

    /** Each construct by its definition, trying everything. */
    private static boolean reference(String pattern, String text) {
        if (pattern.isEmpty()) {
            return text.isEmpty();
        }
        char first = pattern.charAt(0);
        if (first == '*') {
            for (int skip = 0; skip <= text.length(); skip++) {
                if (reference(pattern.substring(1), text.substring(skip))) {
                    return true;
                }
            }
            return false;
        }
        if (text.isEmpty()) {
            return false;
        }
        String rest = text.substring(1);
        char one = text.charAt(0);
        if (first == '?') {
            return reference(pattern.substring(1), rest);
        }
        if (first == '[') {
            return referenceClass(pattern, one, rest);
        }
        if (first == '\\' && pattern.length() > 1) {
            return pattern.charAt(1) == one && reference(pattern.substring(2), rest);
        }
        return first == one && reference(pattern.substring(1), rest);
    }

    private static boolean referenceClass(String pattern, char one, String rest) {
        String left = pattern.substring(1);
        boolean negated = left.startsWith("^");
        if (negated) {
            left = left.substring(1);
        }
        StringBuilder members = new StringBuilder();
        while (!left.isEmpty() && left.charAt(0) != ']') {
            if (left.charAt(0) == '\\' && left.length() > 1) {
                members.append(left.charAt(1));
                left = left.substring(2);
            } else if (left.length() > 2 && left.charAt(1) == '-') {
                char low = (char) Math.min(left.charAt(0), left.charAt(2));
                char high = (char) Math.max(left.charAt(0), left.charAt(2));
                for (char c = low; c <= high; c++) {
                    members.append(c);
                }
                left = left.substring(3);
            } else {
                members.append(left.charAt(0));
                left = left.substring(1);
            }
        }
        boolean isMember = members.indexOf(String.valueOf(one)) >= 0;
        return isMember != negated && reference(left.isEmpty() ? "" : left.substring(1), rest);
    }

    private static String random(RandomGenerator random, String alphabet, int longest) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(longest + 1);
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    private static String prefix(String pattern) {
        return new String(new Glob(bytes(pattern)).prefix(), ISO_8859_1);
    }

    private static boolean matches(String pattern, String text) {
        return new Glob(bytes(pattern)).matches(bytes(text));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
