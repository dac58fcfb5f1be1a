package dev.huck.raft.core.node;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandException;
import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.ReadOptions;
import dev.huck.raft.api.Reply;
import java.time.Duration;
import java.util.Locale;

/** {@code RAFT INDEX} and {@code RAFT READ}: what a connection has seen, and how it reads. */
final class ReadCommands {
    private ReadCommands() {}

    static void index(ClientSession session, Command command) {
        if (command.count() != 1) {
            session.error("ERR wrong number of arguments for 'raft|index' command");
            return;
        }
        // In its place: behind the replies before it, which it counts.
        session.answerOnMachine(reply -> reply.integer(session.highestIndexShown), command);
    }

    static void read(ClientSession session, Command command) {
        if (command.count() < 2) {
            session.error("ERR wrong number of arguments for 'raft|read' command");
            return;
        }
        try {
            session.setReading(options(command));
        } catch (CommandException e) {
            session.error(Faults.message(e));
            return;
        }
        // Holds nothing and is not refused when memory is short: it has taken effect already.
        session.reply(Reply::ok);
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
