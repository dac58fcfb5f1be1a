package dev.huck.raft.testkit.sim;

/** What goes wrong in an application, other than what its commands always do. */
interface MachineTrouble {
    /** Nothing. */
    MachineTrouble NONE = () -> {};

    /** A bit that turns in a machine's memory while it applies a command. */
    enum Flip {
        /** None does. */
        NONE,
        /** In the value at hand: its result is another one, and so is the state. */
        VALUE,
        /** In a value that is not at hand: no result shows it until a command comes by. */
        ELSEWHERE,
        /** In the result alone. */
        RESULT;

        /** One that does turn. */
        static Flip draw(SimRandom random) {
            return switch (random.nextInt(3)) {
                case 0 -> VALUE;
                case 1 -> ELSEWHERE;
                default -> RESULT;
            };
        }
    }

    /** A command is half done: takes time, or throws an {@link Error}, which is no result of the command. */
    void halfDone();

    /** Whether a bit turns now. */
    default Flip flip(long position) {
        return Flip.NONE;
    }

    /**
     * A machine gives a result that is not that of its commands.
     *
     * @param machine which
     * @param position the last command that it has applied
     * @param isWrite whether it is the result of that command, which the others have too; else of a read
     */
    default void wrong(SimMachine machine, long position, boolean isWrite) {}
}
