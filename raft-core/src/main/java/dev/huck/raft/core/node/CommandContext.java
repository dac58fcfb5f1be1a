package dev.huck.raft.core.node;

import dev.huck.raft.api.WriteContext;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Position, time and randomness of the command at hand. One object for all commands; moved from one to the next. */
final class CommandContext implements WriteContext {
    private long index;
    private long term;
    private int ordinal;
    private long nanos;
    private long seed;
    private int version = 1;
    private @Nullable RandomGenerator random;

    /** From the next command on. */
    void version(int inUse) {
        version = inUse;
    }

    void moveTo(long toIndex, long toTerm, int toOrdinal, long stamp, long entrySeed) {
        index = toIndex;
        term = toTerm;
        ordinal = toOrdinal;
        // The commands of an entry are told apart, so that time moves with every command.
        nanos = stamp + toOrdinal;
        seed = entrySeed;
        random = null;
    }

    @Override
    public long index() {
        return index;
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public long term() {
        return term;
    }

    @Override
    public int ordinal() {
        return ordinal;
    }

    @Override
    public int version() {
        return version;
    }

    @Override
    public RandomGenerator random() {
        RandomGenerator made = random;
        if (made == null) {
            made = new ReplicatedRandom(seed, ordinal);
            random = made;
        }
        return made;
    }
}
