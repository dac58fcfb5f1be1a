package dev.huck.transport.redcon;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandException;
import dev.huck.raft.api.spi.ReplySink;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** {@code CLIENT} and its subcommands. */
final class ClientCommand {
    private static final List<String> HELP = List.of(
            "CLIENT <subcommand> [<argument> ...]. Subcommands are:",
            "GETNAME",
            "    The name of this connection.",
            "ID",
            "    The id of this connection.",
            "INFO",
            "    What is known of this connection.",
            "KILL <ip:port>",
            "    Closes the connection from that address.",
            "KILL <option> <value> [<option> <value> ...]",
            "    Closes connections; options are ID, ADDR, LADDR, SKIPME (YES|NO).",
            "LIST [TYPE <type> | ID <id> [<id> ...]]",
            "    What is known of connections.",
            "MAINT_NOTIFICATIONS (ON|OFF) [<option> <value> ...]",
            "    Accepted; there are no such notifications.",
            "NO-EVICT (ON|OFF)",
            "    Accepted; nothing is ever evicted.",
            "NO-TOUCH (ON|OFF)",
            "    Accepted; reads leave no trace.",
            "REPLY (ON|OFF|SKIP)",
            "    Whether commands of this connection are answered.",
            "SETINFO (LIB-NAME|LIB-VER) <value>",
            "    Says which library the client uses.",
            "SETNAME <name>",
            "    Names this connection.",
            "TRACKING OFF",
            "    Accepted; keys are not tracked.",
            "HELP",
            "    This text.");

    private final Clients clients;

    ClientCommand(Clients clients) {
        this.clients = clients;
    }

    void run(Conversation conversation, Command command) {
        switch (command.string(0).toLowerCase(Locale.ROOT)) {
            case "id" -> {
                expect(command, 1);
                long id = conversation.connection().id();
                conversation.reply(sink -> sink.integer(id));
            }
            case "setname" -> {
                expect(command, 2);
                conversation.info().name(printable(command, 1, "Client names"));
                conversation.reply(ReplySink::ok);
            }
            case "getname" -> {
                expect(command, 1);
                getName(conversation);
            }
            case "setinfo" -> {
                expect(command, 3);
                setInfo(conversation, command);
            }
            case "info" -> {
                expect(command, 1);
                String line = line(conversation.connection());
                conversation.reply(sink -> sink.verbatim(line));
            }
            case "list" -> list(conversation, command);
            case "kill" -> kill(conversation, command);
            case "reply" -> {
                expect(command, 2);
                reply(conversation, command);
            }
            case "no-evict", "no-touch" -> {
                expect(command, 2);
                onOrOff(command);
                conversation.reply(ReplySink::ok);
            }
            case "tracking" -> tracking(conversation, command);
            // Refusing would make clients that ask by default complain to their users; nothing is owed by accepting.
            case "maint_notifications" -> {
                expectAtLeast(command, 2);
                onOrOff(command);
                conversation.reply(ReplySink::ok);
            }
            case "help" -> {
                expect(command, 1);
                conversation.reply(ClientCommand::help);
            }
            default ->
                throw new CommandException(
                        "ERR unknown subcommand '" + shortened(command.string(0)) + "'. Try CLIENT HELP.");
        }
    }

    private static void getName(Conversation conversation) {
        String name = conversation.info().name();
        conversation.reply(sink -> {
            if (name.isEmpty()) {
                sink.nil();
            } else {
                sink.text(name);
            }
        });
    }

    private static void setInfo(Conversation conversation, Command command) {
        String value = printable(command, 2, command.string(1));
        if (command.is(1, "lib-name")) {
            conversation.info().library(value);
        } else if (command.is(1, "lib-ver")) {
            conversation.info().libraryVersion(value);
        } else {
            throw new CommandException("ERR Unrecognized option '" + command.string(1) + "'");
        }
        conversation.reply(ReplySink::ok);
    }

    private static void reply(Conversation conversation, Command command) {
        if (command.is(1, "on")) {
            conversation.repliesOn();
        } else if (command.is(1, "off")) {
            conversation.repliesOff();
        } else if (command.is(1, "skip")) {
            conversation.skipNext();
        } else {
            throw CommandException.syntax();
        }
    }

    private static void tracking(Conversation conversation, Command command) {
        expectAtLeast(command, 2);
        onOrOff(command);
        if (command.is(1, "on")) {
            throw new CommandException("ERR client side caching is not supported: CLIENT TRACKING can only be OFF");
        }
        conversation.reply(ReplySink::ok);
    }

    private void list(Conversation conversation, Command command) {
        Predicate<RespConnection> wanted = client -> true;
        if (command.count() == 3 && command.is(1, "type")) {
            boolean normal = isNormal(command);
            wanted = client -> normal;
        } else if (command.count() > 2 && command.is(1, "id")) {
            wanted = idIn(command);
        } else if (command.count() > 1) {
            throw CommandException.syntax();
        }
        StringBuilder lines = new StringBuilder();
        clients.oldestFirst().stream().filter(wanted).forEach(client -> lines.append(line(client)));
        conversation.reply(sink -> sink.verbatim(lines.toString()));
    }

    private static boolean isNormal(Command command) {
        return switch (command.string(2).toLowerCase(Locale.ROOT)) {
            case "normal" -> true;
            case "master", "replica", "slave", "pubsub" -> false;
            default -> throw new CommandException("ERR Unknown client type '" + command.string(2) + "'");
        };
    }

    private static Predicate<RespConnection> idIn(Command command) {
        long[] ids = new long[command.count() - 2];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = id(command, i + 2, "ERR Invalid client ID");
        }
        return client -> {
            for (long id : ids) {
                if (id == client.id()) {
                    return true;
                }
            }
            return false;
        };
    }

    private void kill(Conversation conversation, Command command) {
        expectAtLeast(command, 2);
        String address = command.string(1);
        boolean byAddress = command.count() == 2;
        Predicate<RespConnection> wanted =
                byAddress ? client -> client.remote().equals(address) : victims(conversation, command);
        List<RespConnection> doomed =
                clients.oldestFirst().stream().filter(wanted).toList();
        if (byAddress && doomed.isEmpty()) {
            throw new CommandException("ERR No such client");
        }
        Consumer<ReplySink> respond = byAddress ? ReplySink::ok : sink -> sink.integer(doomed.size());
        RespConnection self = conversation.connection();
        doomed.stream().filter(client -> client != self).forEach(RespConnection::closeAtOnce);
        if (doomed.contains(self)) {
            conversation.end(respond);
        } else {
            conversation.reply(respond);
        }
    }

    private static Predicate<RespConnection> victims(Conversation conversation, Command command) {
        RespConnection self = conversation.connection();
        boolean skipSelf = true;
        Predicate<RespConnection> wanted = client -> true;
        for (int i = 1; i < command.count(); i += 2) {
            if (i + 1 == command.count()) {
                throw CommandException.syntax();
            }
            String value = command.string(i + 1);
            if (command.is(i, "id")) {
                long id = id(command, i + 1, "ERR client-id should be greater than 0");
                wanted = wanted.and(client -> client.id() == id);
            } else if (command.is(i, "addr")) {
                wanted = wanted.and(client -> client.remote().equals(value));
            } else if (command.is(i, "laddr")) {
                wanted = wanted.and(client -> client.info().local().equals(value));
            } else if (command.is(i, "skipme") && (command.is(i + 1, "yes") || command.is(i + 1, "no"))) {
                skipSelf = command.is(i + 1, "yes");
            } else {
                throw CommandException.syntax();
            }
        }
        return skipSelf ? wanted.and(client -> client != self) : wanted;
    }

    private static long id(Command command, int argument, String otherwise) {
        try {
            long id = command.integer(argument);
            if (id > 0) {
                return id;
            }
        } catch (CommandException e) {
            // the same to the client as a number out of range
        }
        throw new CommandException(otherwise);
    }

    private static String line(RespConnection client) {
        return client.info().line(client.unsentBytes());
    }

    private static void help(ReplySink sink) {
        sink.array(HELP.size());
        HELP.forEach(sink::simple);
    }

    /** A word that can stand in a line of {@code CLIENT LIST}. */
    static String printable(Command command, int argument, String what) {
        for (byte b : command.bytes(argument)) {
            if (b < '!' || b > '~') {
                throw new CommandException("ERR " + what + " cannot contain spaces, newlines or special characters.");
            }
        }
        return command.string(argument);
    }

    private static void onOrOff(Command command) {
        if (!command.is(1, "on") && !command.is(1, "off")) {
            throw CommandException.syntax();
        }
    }

    private static void expect(Command command, int count) {
        if (command.count() != count) {
            throw wrongNumberOfArguments(command);
        }
    }

    private static void expectAtLeast(Command command, int count) {
        if (command.count() < count) {
            throw wrongNumberOfArguments(command);
        }
    }

    private static CommandException wrongNumberOfArguments(Command command) {
        return new CommandException("ERR wrong number of arguments for 'client|"
                + command.string(0).toLowerCase(Locale.ROOT) + "' command");
    }

    private static String shortened(String text) {
        return text.length() <= 128 ? text : text.substring(0, 128);
    }
}
