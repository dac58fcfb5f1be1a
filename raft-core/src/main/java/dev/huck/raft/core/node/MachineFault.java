package dev.huck.raft.core.node;

/** A command failed in a way that need not be the same on every node: the state is suspect. The cause says how. */
final class MachineFault extends Exception {
    private static final long serialVersionUID = 1;
    private final Throwable thrown;

    MachineFault(Throwable thrown) {
        super(thrown);
        this.thrown = thrown;
    }

    Throwable thrown() {
        return thrown;
    }
}
