package dev.huck.example.clone;

import dev.huck.raft.api.Applier;
import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandTable;
import dev.huck.raft.api.Machine;
import dev.huck.raft.api.Snapshot;
import java.io.DataInput;
import java.io.IOException;
import java.util.Map;

/**
 * The replicated data of the clone: keys and strings, with the commands of Redis that work on them.
 *
 * <p>A command's meaning follows from the data and its arguments alone; it uses neither time nor randomness.
 */
public final class CloneMachine implements Machine {
    private final KeyTree keys = new KeyTree();
    private final CommandTable commands = table(keys);

    /** An empty machine. */
    public CloneMachine() {}

    @Override
    public void command(Applier applier, Command command) {
        Strings.check(command);
        Keyspace.check(command);
        commands.dispatch(applier, command);
    }

    /** Takes constant time: the keys are copied piece by piece, as they are written to while the snapshot is. */
    @Override
    public Snapshot snapshot() {
        KeyTree.View view = keys.capture();
        return out -> Dump.write(view, out);
    }

    @Override
    public void restore(DataInput in) throws IOException {
        Dump.read(in, keys);
    }

    @Override
    public CommandTable commands() {
        return commands;
    }

    @Override
    public Map<String, Map<String, String>> info() {
        return Map.of(
                "Keyspace",
                keys.size() == 0 ? Map.of() : Map.of("db0", "keys=" + keys.size() + ",expires=0,avg_ttl=0"));
    }

    private static CommandTable table(KeyTree keys) {
        CommandTable.Builder table = CommandTable.builder();
        new Strings(keys).declare(table);
        new Keyspace(keys).declare(table);
        Settings.declare(table);
        return table.build();
    }
}
