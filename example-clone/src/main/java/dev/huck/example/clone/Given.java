package dev.huck.example.clone;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A value that somebody gave, and where.
 *
 * @param name the option or the variable
 * @param value as it was given, not blank
 * @param isOption whether on the command line, which wins over the environment
 */
record Given(String name, String value, boolean isOption) {
    private static final Pattern AMOUNT = Pattern.compile("(\\d{1,15})\\s*([a-z]*)");

    /** The complaint about this value, to be thrown. */
    UsageException refused(String why) {
        return new UsageException(name + " '" + value + "': " + why);
    }

    /** One of an enum's constants, in any case. */
    <E extends Enum<E>> E oneOf(Class<E> type) {
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equalsIgnoreCase(value)) {
                return constant;
            }
        }
        throw refused("allowed are "
                + Arrays.stream(type.getEnumConstants())
                        .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(", ")));
    }

    /** A number in a range. */
    int number(int least, int most) {
        if (value.matches("\\d{1,10}")) {
            long number = Long.parseLong(value);
            if (number >= least && number <= most) {
                return (int) number;
            }
        }
        throw refused("a number from " + least + " to " + most + " is needed");
    }

    /** A flag's value, when it comes from the environment. */
    boolean yes() {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "1" -> true;
            case "false", "no", "0" -> false;
            default -> throw refused("allowed are true, false");
        };
    }

    /** A length of time such as {@code 100ms}, {@code 2s}, {@code 1m}; a bare number is milliseconds. */
    Duration time() {
        Matcher amount = AMOUNT.matcher(value.toLowerCase(Locale.ROOT));
        if (amount.matches()) {
            long number = Long.parseLong(amount.group(1));
            switch (amount.group(2)) {
                case "", "ms" -> {
                    return Duration.ofMillis(number);
                }
                case "s" -> {
                    return Duration.ofSeconds(number);
                }
                case "m" -> {
                    return Duration.ofMinutes(number);
                }
                case "h" -> {
                    return Duration.ofHours(number);
                }
                default -> {}
            }
        }
        throw refused("a time such as 100ms, 2s, 1m or 1h is needed");
    }

    /** A size such as {@code 512kb}, {@code 64mb}, {@code 1gb} (powers of 1,024); a bare number is bytes. */
    long size(long most) {
        Matcher amount = AMOUNT.matcher(value.toLowerCase(Locale.ROOT));
        if (amount.matches()) {
            int shift =
                    switch (amount.group(2)) {
                        case "", "b" -> 0;
                        case "k", "kb" -> 10;
                        case "m", "mb" -> 20;
                        case "g", "gb" -> 30;
                        default -> -1;
                    };
            long number = Long.parseLong(amount.group(1));
            if (shift >= 0 && number <= most >> shift) {
                return number << shift;
            }
        }
        throw refused("a size such as 512kb, 64mb or 1gb, at most " + most + " bytes, is needed");
    }
}
