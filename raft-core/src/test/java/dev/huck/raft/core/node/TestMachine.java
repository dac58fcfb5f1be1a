package dev.huck.raft.core.node;

import static dev.huck.raft.api.Arity.arity;

import dev.huck.raft.api.Applier;
import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandException;
import dev.huck.raft.api.CommandTable;
import dev.huck.raft.api.Machine;
import dev.huck.raft.api.Reply;
import dev.huck.raft.api.Snapshot;
import java.io.DataInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** A counter with every kind of command and of fault. */
final class TestMachine implements Machine {
    long count;

    private final CommandTable table = CommandTable.builder()
            .write(
                    "add",
                    arity(1),
                    (context, command, reply) -> reply.integer(count += command.integer(0)),
                    spec -> spec.keys(1, 1, 1).help("Adds.", "number"))
            .read("get", arity(0), (context, command, reply) -> reply.integer(count))
            .build();

    /** Whether commands that fail for reasons outside of the state fail. */
    private final BooleanSupplier broken;

    private boolean routed;

    TestMachine(BooleanSupplier broken) {
        this.broken = broken;
    }

    @Override
    public CommandTable commands() {
        return table;
    }

    @Override
    public void command(Applier applier, Command command) {
        switch (command.name()) {
            case "inc" -> applier.write(context -> ++count, Reply::integer);
            case "where" ->
                applier.write(
                        context -> context.index() + "." + context.ordinal() + " t" + context.term() + " @"
                                + context.nanos(),
                        Reply::text);
            case "random" -> applier.write(context -> context.random().nextLong(), Reply::integer);
            case "when" -> applier.read(context -> context.index() + " @" + context.nanos(), Reply::text);
            case "large" -> applier.read(context -> new byte[1 << 20], Reply::bulk);
            case "swap" -> // a write with a long reply
                applier.write(
                        context -> {
                            count++;
                            return new byte[1 << 20];
                        },
                        Reply::bulk);
            case "long" -> applier.read(context -> new byte[(int) command.integer(0)], Reply::bulk);
            case "hello" -> applier.reply(reply -> reply.simple("hello"));
            case "refuse" -> throw new CommandException("ERR refused");
            case "nothing" -> {}
            case "twice" -> {
                applier.reply(reply -> reply.simple("one"));
                applier.reply(reply -> reply.simple("two"));
            }
            case "bug" -> throw new IllegalStateException("a bug in the routing pass");
            case "fails" ->
                applier.write(
                        context -> {
                            throw new CommandException("WRONGTYPE no");
                        },
                        Reply::integer);
            case "faulty" ->
                applier.write(
                        context -> {
                            count += 1000;
                            throw new IllegalStateException("secret");
                        },
                        Reply::integer);
            case "error", "ioerror", "hidden" ->
                applier.write(
                        context -> {
                            count += 1_000_000;
                            if (!broken.getAsBoolean()) {
                                return count -= 999_999;
                            }
                            switch (command.name()) {
                                case "error" -> throw new StackOverflowError("too deep");
                                case "ioerror" -> throw new IOException("no disk");
                                default -> throw new UncheckedIOException(new IOException("no disk"));
                            }
                        },
                        Reply::integer);
            case "badreply" ->
                applier.write(context -> ++count, (reply, result) -> {
                    reply.array(3);
                    reply.integer(result);
                    throw new IllegalStateException("in respond");
                });
            case "badcall" -> applier.write(context -> ++count, (reply, result) -> reply.bulk(new byte[2], 1, 2));
            case "noreply" -> applier.write(context -> ++count, (reply, result) -> {});
            case "tworeplies" ->
                applier.write(context -> ++count, (reply, result) -> {
                    reply.integer(result);
                    reply.integer(result);
                });
            case "badread" ->
                applier.read(
                        context -> {
                            throw new StackOverflowError("too deep");
                        },
                        Reply::integer);
            case "forgetful" -> {
                // Writes when it is routed, and then no more.
                if (!routed) {
                    routed = true;
                    applier.write(context -> ++count, Reply::integer);
                }
            }
            default -> table.dispatch(applier, command);
        }
    }

    @Override
    public Snapshot snapshot() {
        long captured = count;
        return out -> out.writeLong(captured);
    }

    @Override
    public void restore(DataInput in) throws IOException {
        count = in.readLong();
    }

    @Override
    public Map<String, Map<String, String>> info() {
        return Map.of("Keyspace", Map.of("db0", "keys=" + count + ",expires=0,avg_ttl=0"));
    }
}
