package dev.huck.example.clone;

import static dev.huck.raft.api.Arity.arity;
import static dev.huck.raft.api.Arity.atLeast;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandException;
import dev.huck.raft.api.CommandTable;
import dev.huck.raft.api.Integers;
import dev.huck.raft.api.Reply;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Commands on values: what Redis does with strings and counters. */
final class Strings {
    /** The longest string, as in Redis. */
    static final int MAX_LENGTH = 512 << 20;

    private final KeyTree keys;

    Strings(KeyTree keys) {
        this.keys = keys;
    }

    void declare(CommandTable.Builder table) {
        table.write("set", atLeast(2), (context, command, reply) -> set(command, reply), spec -> spec.keys(1, 1, 1)
                .flags("denyoom")
                .help("Sets the value of a key.", "key", "value"));
        table.read(
                "get",
                arity(1),
                (context, command, reply) -> bulkOrNil(reply, keys.get(command.bytes(0))),
                spec -> spec.keys(1, 1, 1).flags("fast").help("Returns the value of a key.", "key"));
        table.write("getset", arity(2), (context, command, reply) -> getSet(command, reply), spec -> spec.keys(1, 1, 1)
                .flags("denyoom", "fast")
                .help("Sets the value of a key and returns the one that it had.", "key", "value"));
        table.write("getdel", arity(1), (context, command, reply) -> getDel(command, reply), spec -> spec.keys(1, 1, 1)
                .flags("fast")
                .help("Deletes a key and returns the value that it had.", "key"));
        table.write("setnx", arity(2), (context, command, reply) -> setNx(command, reply), spec -> spec.keys(1, 1, 1)
                .flags("denyoom", "fast")
                .help("Sets the value of a key that does not exist.", "key", "value"));
        table.read("mget", atLeast(1), (context, command, reply) -> mget(command, reply), spec -> spec.keys(1, -1, 1)
                .flags("fast")
                .help("Returns the values of several keys.", "key ..."));
        table.write("mset", atLeast(2), (context, command, reply) -> mset(command, reply), spec -> spec.keys(1, -1, 2)
                .flags("denyoom")
                .help("Sets the values of several keys at once.", "key value ..."));
        table.write("append", arity(2), (context, command, reply) -> append(command, reply), spec -> spec.keys(1, 1, 1)
                .flags("denyoom", "fast")
                .help("Appends to the value of a key.", "key", "value"));
        table.read("strlen", arity(1), (context, command, reply) -> strlen(command, reply), spec -> spec.keys(1, 1, 1)
                .flags("fast")
                .help("Returns the length of a value.", "key"));
        declareCounters(table);
    }

    private void declareCounters(CommandTable.Builder table) {
        table.write("incr", arity(1), (context, command, reply) -> add(command, reply, 1), spec -> spec.keys(1, 1, 1)
                .flags("denyoom", "fast")
                .help("Adds one to the number at a key.", "key"));
        table.write("decr", arity(1), (context, command, reply) -> add(command, reply, -1), spec -> spec.keys(1, 1, 1)
                .flags("denyoom", "fast")
                .help("Takes one from the number at a key.", "key"));
        table.write(
                "incrby",
                arity(2),
                (context, command, reply) -> add(command, reply, command.integer(1)),
                spec -> spec.keys(1, 1, 1)
                        .flags("denyoom", "fast")
                        .help("Adds to the number at a key.", "key", "increment"));
        table.write(
                "decrby",
                arity(2),
                (context, command, reply) -> add(command, reply, decrement(command)),
                spec -> spec.keys(1, 1, 1)
                        .flags("denyoom", "fast")
                        .help("Takes from the number at a key.", "key", "decrement"));
    }

    /**
     * Refuses what can be refused without looking at the data, so that it costs no entry in the log.
     *
     * @throws CommandException in Redis's words
     */
    static void check(Command command) {
        switch (command.name()) {
            case "set" -> {
                if (command.count() > 2) {
                    throw CommandException.syntax(); // Redis's options come later
                }
            }
            case "mset" -> {
                if (command.count() % 2 != 0) {
                    throw CommandException.wrongNumberOfArguments(command);
                }
            }
            case "incrby" -> {
                if (command.count() == 2) {
                    command.integer(1);
                }
            }
            case "decrby" -> {
                if (command.count() == 2) {
                    decrement(command);
                }
            }
            default -> {}
        }
    }

    private void set(Command command, Reply reply) {
        keys.put(command.bytes(0), command.bytes(1));
        reply.ok();
    }

    private void getSet(Command command, Reply reply) {
        byte[] key = command.bytes(0);
        byte[] old = keys.get(key);
        keys.put(key, command.bytes(1));
        bulkOrNil(reply, old);
    }

    private void getDel(Command command, Reply reply) {
        bulkOrNil(reply, keys.remove(command.bytes(0)));
    }

    private void setNx(Command command, Reply reply) {
        byte[] key = command.bytes(0);
        boolean absent = keys.get(key) == null;
        if (absent) {
            keys.put(key, command.bytes(1));
        }
        reply.integer(absent ? 1 : 0);
    }

    private void mget(Command command, Reply reply) {
        reply.array(command.count());
        for (int i = 0; i < command.count(); i++) {
            bulkOrNil(reply, keys.get(command.bytes(i)));
        }
    }

    private void mset(Command command, Reply reply) {
        for (int i = 0; i < command.count(); i += 2) {
            keys.put(command.bytes(i), command.bytes(i + 1));
        }
        reply.ok();
    }

    private void append(Command command, Reply reply) {
        byte[] key = command.bytes(0);
        byte[] old = keys.get(key);
        if (old == null) {
            keys.put(key, command.bytes(1));
            reply.integer(command.length(1));
            return;
        }
        byte[] joined = Arrays.copyOf(old, joinedLength(old.length, command.length(1)));
        command.buffer(1).get(joined, old.length, command.length(1));
        keys.put(key, joined);
        reply.integer(joined.length);
    }

    /** The sum of two lengths, if a string may be that long. */
    static int joinedLength(int left, int right) {
        if (left > MAX_LENGTH - right) {
            throw new CommandException("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
        }
        return left + right;
    }

    private void strlen(Command command, Reply reply) {
        byte[] value = keys.get(command.bytes(0));
        reply.integer(value == null ? 0 : value.length);
    }

    private void add(Command command, Reply reply, long amount) {
        byte[] key = command.bytes(0);
        byte[] old = keys.get(key);
        long sum = sum(old == null ? 0 : Integers.parse(old, 0, old.length), amount);
        keys.put(key, Long.toString(sum).getBytes(StandardCharsets.US_ASCII));
        reply.integer(sum);
    }

    private static long sum(long value, long amount) {
        long sum = value + amount;
        if (((value ^ sum) & (amount ^ sum)) < 0) {
            throw new CommandException("ERR increment or decrement would overflow");
        }
        return sum;
    }

    private static long decrement(Command command) {
        long amount = command.integer(1);
        if (amount == Long.MIN_VALUE) {
            throw new CommandException("ERR decrement would overflow"); // it has no negative
        }
        return -amount;
    }

    private static void bulkOrNil(Reply reply, byte @Nullable [] value) {
        if (value == null) {
            reply.nil();
        } else {
            reply.bulk(value);
        }
    }
}
