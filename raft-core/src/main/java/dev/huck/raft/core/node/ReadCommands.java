package dev.huck.raft.core.node;

import dev.huck.raft.api.Arity;
import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandException;
import dev.huck.raft.api.CommandSpec;
import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.ReadOptions;
import dev.huck.raft.api.Reply;
import java.time.Duration;
import java.util.Locale;

/** {@code RAFT INDEX} and {@code RAFT READ}: what a connection has seen, and how it reads. */
final class ReadCommands {
    private ReadCommands() {}

    static void addTo(BuiltIns builtIns) {
        builtIns.add(
                CommandSpec.of("raft", Arity.atLeast(1))
                        .help(
                                "INDEX: the highest index that this connection's replies have shown. READ: how it reads.",
                                "INDEX | READ LOW|MEDIUM|HIGH [MAXSTALE ms] [MININDEX n] | READ DEFAULT"),
                ReadCommands::submit);
    }

    private static void submit(ClientSession session, Command command) {
        String subcommand = command.string(0).toLowerCase(Locale.ROOT);
        try {
            if (subcommand.equals("index") && command.count() == 1) {
                // In its place: behind the replies before it, which it counts.
                session.answerOnMachine(reply -> reply.integer(session.highestIndexShown), command);
            } else if (subcommand.equals("read") && command.count() >= 2) {
                session.setReading(options(command));
                session.answer(Reply::ok, command);
            } else {
                session.error("ERR unknown subcommand or wrong number of arguments for 'raft': try RAFT INDEX, or RAFT"
                        + " READ LOW|MEDIUM|HIGH|DEFAULT [MAXSTALE ms] [MININDEX n]");
            }
        } catch (CommandException e) {
            session.error(Faults.message(e));
        }
    }

    private static ReadOptions options(Command command) {
        ReadOptions options = start(command.string(1));
        int at = 2;
        while (at + 1 < command.count()) {
            String name = command.string(at).toLowerCase(Locale.ROOT);
            long value = command.integer(at + 1);
            if (value < 0) {
                throw new CommandException("ERR value is out of range, must be positive");
            }
            if (name.equals("maxstale") && options.consistency() == Consistency.LOW) {
                options = options.maxStale(Duration.ofMillis(value));
            } else if (name.equals("minindex") && options.consistency() != null) {
                options = options.minIndex(value);
            } else {
                throw new CommandException("ERR syntax error");
            }
            at += 2;
        }
        if (at < command.count()) {
            throw new CommandException("ERR syntax error");
        }
        return options;
    }

    private static ReadOptions start(String level) {
        return switch (level.toLowerCase(Locale.ROOT)) {
            case "low" -> ReadOptions.at(Consistency.LOW);
            case "medium" -> ReadOptions.at(Consistency.MEDIUM);
            case "high" -> ReadOptions.at(Consistency.HIGH);
            case "default" -> ReadOptions.DEFAULT;
            default -> throw new CommandException("ERR syntax error");
        };
    }
}
