package dev.huck.raft.core.node;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandException;
import dev.huck.raft.core.consensus.SessionTag;
import java.util.List;

/** {@code RAFT SESSION}: how clients of any kind have a command that they send again take effect once. */
final class SessionCommands {
    private static final List<String> HELP = List.of(
            "RAFT SESSION <subcommand> [<arg> ...]. Subcommands are:",
            "OPEN",
            "    Opens a session; returns its id.",
            "DO <id> <number> <first-unanswered> <command> [<arg> ...]",
            "    Executes a write once, however often and wherever it is sent under this number. Numbers begin at 1 and",
            "    have no gaps; replies to numbers below <first-unanswered> are forgotten. A read is just answered.",
            "CLOSE <id>",
            "    Closes a session; returns 1 if there was one.",
            "HELP",
            "    Shows this.");

    private SessionCommands() {}

    static void submit(ClientSession session, Command command) {
        if (SessionTag.isOn(command)) {
            session.submitInSession(command);
        } else if (isOpen(command)) {
            session.write(command);
        } else if (isClose(command)) {
            command.integer(2);
            session.write(command);
        } else if (command.is(0, "session") && command.count() == 2 && command.is(1, "help")) {
            session.answer(
                    reply -> {
                        reply.array(HELP.size());
                        HELP.forEach(reply::simple);
                    },
                    command);
        } else {
            throw unknown(command);
        }
    }

    static boolean isOpen(Command command) {
        return command.count() == 2 && command.is(0, "session") && command.is(1, "open");
    }

    static boolean isClose(Command command) {
        return command.count() == 3 && command.is(0, "session") && command.is(1, "close");
    }

    static CommandException unknown(Command command) {
        return new CommandException("ERR unknown subcommand '" + (command.count() > 1 ? command.string(1) : "")
                + "', or wrong number of arguments, for 'raft|session'. Try RAFT SESSION HELP.");
    }
}
