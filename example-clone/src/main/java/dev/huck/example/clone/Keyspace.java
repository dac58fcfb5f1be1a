package dev.huck.example.clone;

import static dev.huck.raft.api.Arity.arity;
import static dev.huck.raft.api.Arity.atLeast;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandException;
import dev.huck.raft.api.CommandTable;
import dev.huck.raft.api.Reply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Commands on keys, whatever their values. */
final class Keyspace {
    private final KeyTree keys;

    Keyspace(KeyTree keys) {
        this.keys = keys;
    }

    void declare(CommandTable.Builder table) {
        table.write("del", atLeast(1), (context, command, reply) -> del(command, reply), spec -> spec.keys(1, -1, 1)
                .help("Deletes keys and returns how many there were.", "key ..."));
        table.read(
                "exists", atLeast(1), (context, command, reply) -> exists(command, reply), spec -> spec.keys(1, -1, 1)
                        .flags("fast")
                        .help("Returns how many of the keys exist.", "key ..."));
        table.read(
                "keys",
                arity(1),
                (context, command, reply) -> keys(command.bytes(0), reply),
                spec -> spec.help("Returns the keys that match a pattern, in order.", "pattern"));
        table.read(
                "dbsize", arity(0), (context, command, reply) -> reply.integer(keys.size()), spec -> spec.flags("fast")
                        .help("Returns the number of keys."));
        table.write(
                "flushall",
                atLeast(0),
                (context, command, reply) -> flush(reply),
                spec -> spec.help("Deletes all keys.", "[ASYNC|SYNC]"));
        table.write(
                "flushdb",
                atLeast(0),
                (context, command, reply) -> flush(reply),
                spec -> spec.help("Deletes all keys; there is one database.", "[ASYNC|SYNC]"));
    }

    /**
     * Refuses what can be refused without looking at the data, so that it costs no entry in the log.
     *
     * @throws CommandException in Redis's words
     */
    static void check(Command command) {
        boolean flush = command.name().equals("flushall") || command.name().equals("flushdb");
        boolean plain =
                command.count() == 0 || (command.count() == 1 && (command.is(0, "async") || command.is(0, "sync")));
        if (flush && !plain) {
            throw CommandException.syntax();
        }
    }

    private void del(Command command, Reply reply) {
        long deleted = 0;
        for (int i = 0; i < command.count(); i++) {
            if (keys.remove(command.bytes(i)) != null) {
                deleted++;
            }
        }
        reply.integer(deleted);
    }

    private void exists(Command command, Reply reply) {
        long found = 0;
        for (int i = 0; i < command.count(); i++) {
            if (keys.get(command.bytes(i)) != null) {
                found++;
            }
        }
        reply.integer(found);
    }

    private void keys(byte[] pattern, Reply reply) {
        boolean all = pattern.length == 1 && pattern[0] == '*';
        Glob glob = new Glob(pattern);
        byte[] prefix = glob.prefix();
        List<byte[]> found = new ArrayList<>();
        keys.visit(prefix, (key, value) -> {
            if (!startsWith(key, prefix)) {
                return false; // keys are in order: no later one does
            }
            if (all || glob.matches(key)) {
                found.add(key);
            }
            return true;
        });
        reply.array(found.size());
        found.forEach(reply::bulk);
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    private void flush(Reply reply) {
        keys.clear();
        reply.ok();
    }
}
