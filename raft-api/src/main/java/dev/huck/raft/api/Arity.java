package dev.huck.raft.api;

/**
 * How many arguments a command takes, its name not counted.
 *
 * @param least fewest
 * @param most most; {@link Integer#MAX_VALUE} for no limit
 */
public record Arity(int least, int most) {

    /** Checks the range. */
    public Arity {
        if (least < 0 || most < least) {
            throw new IllegalArgumentException("from " + least + " to " + most + " arguments");
        }
    }

    /**
     * Exactly this many.
     *
     * @param count from 0
     * @return the arity
     */
    public static Arity arity(int count) {
        return new Arity(count, count);
    }

    /**
     * From this many to that many.
     *
     * @param least fewest
     * @param most most
     * @return the arity
     */
    public static Arity arity(int least, int most) {
        return new Arity(least, most);
    }

    /**
     * This many or more.
     *
     * @param least fewest
     * @return the arity
     */
    public static Arity atLeast(int least) {
        return new Arity(least, Integer.MAX_VALUE);
    }

    /**
     * Whether a number of arguments fits.
     *
     * @param count from 0
     * @return true if it does
     */
    public boolean accepts(int count) {
        return count >= least && count <= most;
    }

    /**
     * Redis's way of saying it in {@code COMMAND}: the name counted, negative for "or more".
     *
     * @return the number
     */
    public int redis() {
        return least == most ? least + 1 : -(least + 1);
    }
}
