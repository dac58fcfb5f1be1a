package dev.huck.raft.core.storage;

import dev.huck.raft.api.Applier;
import dev.huck.raft.api.Command;
import dev.huck.raft.api.Machine;
import dev.huck.raft.api.Snapshot;
import java.io.DataInput;
import java.io.IOException;
import java.util.Arrays;

/** A machine whose state is a run of numbers, as long as a test wants its snapshot to be. */
final class Numbers implements Machine {
    private long[] values = {};

    static Snapshot snapshot(long first, int count) {
        Numbers machine = new Numbers();
        machine.values = new long[count];
        Arrays.setAll(machine.values, i -> first + i);
        return machine.snapshot();
    }

    static Numbers empty() {
        return new Numbers();
    }

    /** In words: the first number and how many follow it. */
    @Override
    public String toString() {
        for (int i = 1; i < values.length; i++) {
            if (values[i] != values[0] + i) {
                return "a number that does not follow at " + i;
            }
        }
        return values.length == 0 ? "empty" : values[0] + "+" + (values.length - 1);
    }

    @Override
    public void command(Applier applier, Command command) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Snapshot snapshot() {
        long[] captured = values;
        return out -> {
            out.writeInt(captured.length);
            for (long value : captured) {
                out.writeLong(value);
            }
        };
    }

    @Override
    public void restore(DataInput in) throws IOException {
        values = new long[in.readInt()];
        for (int i = 0; i < values.length; i++) {
            values[i] = in.readLong();
        }
    }
}
