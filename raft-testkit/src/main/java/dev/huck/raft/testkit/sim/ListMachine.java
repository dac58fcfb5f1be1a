package dev.huck.raft.testkit.sim;

import dev.huck.raft.api.Applier;
import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandException;
import dev.huck.raft.api.Machine;
import dev.huck.raft.api.Reply;
import dev.huck.raft.api.Snapshot;
import java.io.DataInput;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** Lists that only grow, the simplest thing whose history says in which order everything happened. */
final class ListMachine implements Machine {
    private static final int LISTS = 5;

    private final Map<String, String> lists = new TreeMap<>();

    /** A command; what it appends is unique. */
    static Command command(RandomGenerator random) {
        String list = "l" + random.nextInt(LISTS);
        return random.nextInt(3) == 0
                ? Command.of("see", list)
                : Command.of("put", list, Long.toHexString(random.nextLong()));
    }

    @Override
    public void command(Applier applier, Command command) {
        switch (command.name()) {
            case "put" ->
                applier.write(
                        context -> lists.merge(command.string(0), command.string(1), (all, one) -> all + " " + one),
                        (reply, all) -> reply.integer(all.length()));
            case "see" -> applier.read(context -> lists.getOrDefault(command.string(0), ""), Reply::simple);
            default -> throw CommandException.unknown(command);
        }
    }

    @Override
    public Snapshot snapshot() {
        Map<String, String> captured = new TreeMap<>(lists);
        return out -> {
            out.writeInt(captured.size());
            for (Map.Entry<String, String> each : captured.entrySet()) {
                out.writeUTF(each.getKey());
                out.writeUTF(each.getValue());
            }
        };
    }

    @Override
    public void restore(DataInput in) throws IOException {
        for (int left = in.readInt(); left > 0; left--) {
            lists.put(in.readUTF(), in.readUTF());
        }
    }
}
