package dev.huck.transport.redcon;

/** Floating point numbers as Redis writes them. */
final class Decimals {
    /** Below this every whole number has a double of its own and is written as an integer. */
    private static final double WHOLE = 1L << 53;

    private Decimals() {}

    static String format(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == Math.rint(value) && Math.abs(value) < WHOLE) {
            boolean negativeZero = value == 0 && 1 / value < 0;
            return negativeZero ? "-0" : Long.toString((long) value);
        }
        return Double.toString(value).replace("E-", "e-").replace("E", "e+");
    }
}
