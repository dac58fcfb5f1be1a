package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineLayoutTest {

    @ParameterizedTest
    @CsvSource({"ERROR, #", "WARN, #", "INFO, *", "DEBUG, -", "TRACE, ."})
    void lineHasProcessTimeSignAndMessage(String level, String sign) {
        String line = lineOf(Level.valueOf(level), "ready", null);
        assertTrue(
                line.matches(
                        "\\d+ \\d\\d \\p{Alpha}{3} \\d{4} \\d\\d:\\d\\d:\\d\\d\\.\\d{3} \\Q" + sign + "\\E ready\n"),
                line);
    }

    @Test
    void messageCannotForgeALine() {
        assertEquals(1, lineOf(Level.INFO, "a\r\nb", null).lines().count());
    }

    @Test
    void failureIsFollowedByItsTrace() {
        String text = lineOf(Level.WARN, "it broke", new IllegalStateException("why"));
        assertTrue(text.contains("java.lang.IllegalStateException: why"), text);
        assertTrue(text.contains("LineLayoutTest"), text);
    }

    private static String lineOf(Level level, String message, Throwable thrown) {
        LoggerContext context = new LoggerContext();
        return new LineLayout()
                .doLayout(new LoggingEvent("", context.getLogger("test"), level, message, thrown, new Object[0]));
    }
}
