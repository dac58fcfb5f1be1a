package dev.huck.transport.redcon;

import static dev.huck.raft.api.Arity.arity;
import static dev.huck.raft.api.Arity.atLeast;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandException;
import dev.huck.raft.api.CommandSpec;
import dev.huck.raft.api.spi.ReplySink;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Commands that are about the connection and not about data: answered here, in their place among the replies. */
final class TransportCommands {
    /** What clients decide by which commands they may use; the level that this transport's answers follow. */
    static final String REDIS_VERSION = "7.2.0";

    static final List<CommandSpec> SPECS = List.of(
            CommandSpec.of("hello", atLeast(0), "noscript", "loading", "stale", "fast", "no_auth", "allow_busy")
                    .help(
                            "Shakes hands, and chooses the version of the protocol.",
                            "[protover]",
                            "[AUTH username password]",
                            "[SETNAME clientname]"),
            CommandSpec.of("client", atLeast(1)).help("Tells of connections, and changes this one.", "subcommand"),
            CommandSpec.of("auth", atLeast(1), "noscript", "loading", "stale", "fast", "no_auth", "allow_busy")
                    .help("Says who the client is.", "[username]", "password"),
            CommandSpec.of("select", arity(1), "loading", "stale", "fast")
                    .help("Chooses the database; there is one, 0.", "index"),
            CommandSpec.of("reset", arity(0), "noscript", "loading", "stale", "fast", "no_auth", "allow_busy")
                    .help("Makes the connection as it was when it was opened."),
            CommandSpec.of("quit", atLeast(0), "noscript", "loading", "stale", "fast", "no_auth", "allow_busy")
                    .help("Closes the connection."));

    private static final Map<String, CommandSpec> BY_NAME =
            SPECS.stream().collect(Collectors.toUnmodifiableMap(CommandSpec::name, Function.identity()));

    private static final String WRONG_PASSWORD = "WRONGPASS invalid username-password pair or user is disabled.";

    private final ClientCommand client;
    private final HttpGuard http = new HttpGuard();

    TransportCommands(Clients clients) {
        this.client = new ClientCommand(clients);
    }

    /**
     * Answers a command if it is one of the transport's.
     *
     * @return false when it is for the engine
     */
    boolean answer(Conversation conversation, Command command) {
        if (http.isRequest(command)) {
            http.refused(conversation.connection().remote());
            conversation.abort();
            return true;
        }
        CommandSpec spec = BY_NAME.get(command.name());
        if (spec == null) {
            return false;
        }
        if (!spec.arity().accepts(command.count())) {
            refuse(conversation, CommandException.wrongNumberOfArguments(command));
            return true;
        }
        try {
            run(conversation, command);
        } catch (CommandException e) {
            refuse(conversation, e);
        }
        return true;
    }

    private void run(Conversation conversation, Command command) {
        switch (command.name()) {
            case "hello" -> hello(conversation, command);
            case "client" -> client.run(conversation, command);
            case "auth" -> auth(conversation, command);
            case "select" -> select(conversation, command);
            case "reset" -> conversation.reset();
            case "quit" -> conversation.end(ReplySink::ok);
            default -> throw CommandException.unknown(command);
        }
    }

    private static void refuse(Conversation conversation, CommandException why) {
        conversation.error(String.valueOf(why.getMessage()));
    }

    private static void hello(Conversation conversation, Command command) {
        int protocol = command.count() == 0 ? conversation.info().protocol() : protocol(command);
        String name = null;
        boolean known = true;
        for (int i = 1; i < command.count(); i++) {
            int more = command.count() - 1 - i;
            if (command.is(i, "auth") && more >= 2) {
                known = isDefaultUser(command, i + 1);
                i += 2;
            } else if (command.is(i, "setname") && more >= 1) {
                i++;
                name = ClientCommand.printable(command, i, "Client names");
            } else {
                throw new CommandException("ERR Syntax error in HELLO option '" + command.string(i) + "'");
            }
        }
        if (!known) {
            throw new CommandException(WRONG_PASSWORD);
        }
        if (name != null) {
            conversation.info().name(name);
        }
        conversation.info().protocol(protocol);
        conversation.reply(sink -> {
            conversation.connection().buffer().resp3(protocol == 3);
            greet(sink, protocol, conversation.connection().id());
        });
    }

    private static int protocol(Command command) {
        long version;
        try {
            version = command.integer(0);
        } catch (CommandException e) {
            throw new CommandException("ERR Protocol version is not an integer or out of range");
        }
        if (version < 2 || version > 3) {
            throw new CommandException("NOPROTO unsupported protocol version");
        }
        return (int) version;
    }

    private static void greet(ReplySink sink, int protocol, long id) {
        sink.map(7);
        sink.text("server");
        sink.text("redis");
        sink.text("version");
        sink.text(REDIS_VERSION);
        sink.text("proto");
        sink.integer(protocol);
        sink.text("id");
        sink.integer(id);
        sink.text("mode");
        sink.text("standalone");
        sink.text("role");
        sink.text("master");
        sink.text("modules");
        sink.array(0);
    }

    /** There are no passwords yet: the one user there is, {@code default}, gets in with any, as in Redis without one. */
    private static void auth(Conversation conversation, Command command) {
        if (command.count() == 1) {
            throw new CommandException(
                    "ERR AUTH <password> called without any password configured for the default user."
                            + " Are you sure your configuration is correct?");
        }
        if (command.count() > 2) {
            throw CommandException.syntax();
        }
        if (!isDefaultUser(command, 0)) {
            throw new CommandException(WRONG_PASSWORD);
        }
        conversation.reply(ReplySink::ok);
    }

    private static boolean isDefaultUser(Command command, int argument) {
        return command.string(argument).equals("default");
    }

    private static void select(Conversation conversation, Command command) {
        long index = command.integer(0);
        if (index < Integer.MIN_VALUE || index > Integer.MAX_VALUE) {
            throw new CommandException("ERR value is out of range, value must between -2147483648 and 2147483647");
        }
        if (index != 0) {
            throw new CommandException("ERR DB index is out of range");
        }
        conversation.reply(ReplySink::ok);
    }
}
