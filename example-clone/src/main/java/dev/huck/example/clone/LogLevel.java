package dev.huck.example.clone;

import ch.qos.logback.classic.Level;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How much is logged, in Redis's words and, as aliases, in Uhaha's. */
enum LogLevel {
    /** Nothing. */
    QUIET("silent"),
    /** What needs a person. */
    WARNING("warn"),
    /** What happens once in a while. */
    NOTICE("info"),
    /** More than usual. */
    VERBOSE("verb"),
    /** Everything. */
    DEBUG("debug");

    private final String alias;

    LogLevel(String alias) {
        this.alias = alias;
    }

    /** The level in logback's words. */
    Level level() {
        return switch (this) {
            case QUIET -> Level.OFF;
            case WARNING -> Level.WARN;
            case NOTICE -> Level.INFO;
            case VERBOSE -> Level.DEBUG;
            case DEBUG -> Level.TRACE;
        };
    }

    static LogLevel of(Given given) {
        String wanted = given.value().toLowerCase(Locale.ROOT);
        for (LogLevel level : values()) {
            if (wanted.equals(level.toString()) || wanted.equals(level.alias)) {
                return level;
            }
        }
        throw given.refused(
                "allowed are " + Arrays.stream(values()).map(LogLevel::toString).collect(Collectors.joining(", "))
                        + " (or silent, warn, info, verb)");
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
