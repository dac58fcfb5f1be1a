package dev.huck.raft.core.node;

import dev.huck.raft.api.Arity;
import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandException;
import dev.huck.raft.api.CommandSpec;
import dev.huck.raft.api.ConfigurationInfo;
import dev.huck.raft.api.MemberInfo;
import dev.huck.raft.api.MembershipChange;
import dev.huck.raft.api.NodeStatus;
import dev.huck.raft.api.Reply;
import java.util.List;
import java.util.Locale;

/**
 * {@code RAFT} and its subcommands: the membership as it is, changes of it in one step, how a connection reads, and clients'
 * sessions.
 */
final class RaftContainer {
    private static final List<String> HELP = List.of(
            "RAFT <subcommand> [<arg> ...]. Subcommands are:",
            "CONFIG",
            "    The configuration in force: its index, its state, and the members.",
            "<step> [<step> ...] [IF <index>]",
            "    Changes the membership, all steps at once; answers when that is committed.",
            "    IF: only if the configuration is still the one at that index. Steps are:",
            "    ADD <address>           a node that belongs to no cluster, or a learner, votes",
            "    LEARNER <address>       a node that belongs to no cluster becomes a learner",
            "    REMOVE <member>         a member, by id or address, leaves",
            "    REPLACE <member> <new>  as REMOVE <member> ADD <new>",
            "    PROMOTE <member>        a learner votes",
            "    DEMOTE <member>         a voter becomes a learner",
            "    MOVE <member> <address> a member is reached elsewhere",
            "TRANSFER [<member>]",
            "    This leader hands over, to that voter or to the most up to date one; answers when it has.",
            "INDEX",
            "    The highest index of the log that this connection's replies have shown.",
            "READ LOW|MEDIUM|HIGH [MAXSTALE <ms>] [MININDEX <index>]",
            "    How this connection reads from now on. MAXSTALE, at LOW: how old the state may be.",
            "    MININDEX: what the state must hold, such as an INDEX of another connection.",
            "READ DEFAULT",
            "    It reads as the node does.",
            "SESSION OPEN|DO|CLOSE|HELP",
            "    Has commands that a client repeats take effect once.",
            "HELP",
            "    Prints this help.");

    private final Loop loop;

    RaftContainer(Loop loop) {
        this.loop = loop;
    }

    void addTo(BuiltIns builtIns) {
        builtIns.add(
                CommandSpec.of("raft", Arity.atLeast(1), "admin")
                        .help(
                                "Shows the membership (CONFIG), changes it in one step, hands leadership over (TRANSFER), says how"
                                        + " to READ, or gives a client a SESSION (see HELP).",
                                "subcommand",
                                "[argument ...]"),
                this::run);
    }

    private void run(ClientSession session, Command command) {
        switch (command.string(0).toLowerCase(Locale.ROOT)) {
            case "config" -> session.answer(reply -> configuration(command, reply), command);
            case "help" ->
                session.answer(
                        reply -> {
                            reply.array(HELP.size());
                            HELP.forEach(reply::simple);
                        },
                        command);
            case "index" -> ReadCommands.index(session, command);
            case "read" -> ReadCommands.read(session, command);
            case "session" -> SessionCommands.submit(session, command);
            case "transfer" -> transfer(session, command);
            default -> change(session, command);
        }
    }

    private void transfer(ClientSession session, Command command) {
        if (command.count() > 2) {
            session.error("ERR wrong number of arguments for 'raft|transfer' command");
            return;
        }
        String heir = command.count() == 2 ? command.string(1) : "";
        if (command.count() == 2 && heir.isEmpty()) {
            session.error(ChangeRequest.UNKNOWN_PEER);
            return;
        }
        session.answerLater(() -> loop.transferLeadership(heir).thenApply(done -> Reply::ok), command);
    }

    private void change(ClientSession session, Command command) {
        MembershipChange change;
        try {
            change = parse(command);
        } catch (CommandException wrong) {
            session.error(Faults.message(wrong));
            return;
        }
        session.answerLater(() -> loop.changeMembers(change).thenApply(done -> Reply::ok), command);
    }

    /** Steps, each a word and what it needs, and perhaps the configuration that they are for. */
    static MembershipChange parse(Command command) {
        MembershipChange.Builder change = MembershipChange.builder();
        for (int i = 0; i < command.count(); ) {
            String word = command.string(i++).toLowerCase(Locale.ROOT);
            String first = argument(command, i++, word);
            switch (word) {
                case "add" -> change.addVoter(first);
                case "learner" -> change.addLearner(first);
                case "remove" -> change.remove(first);
                case "promote" -> change.promote(first);
                case "demote" -> change.demote(first);
                case "replace" -> change.replace(first, argument(command, i++, word));
                case "move" -> change.move(first, argument(command, i++, word));
                case "if" -> change.basedOn(index(first));
                default -> throw unknown(word);
            }
        }
        try {
            return change.build();
        } catch (IllegalStateException nothing) {
            throw new CommandException("ERR IF needs a change. Try RAFT HELP.");
        }
    }

    private static CommandException unknown(String word) {
        return new CommandException("ERR unknown subcommand '" + word + "'. Try RAFT HELP.");
    }

    private static String argument(Command command, int at, String word) {
        if (at >= command.count() || command.bytes(at).length == 0) {
            boolean known =
                    HELP.stream().anyMatch(line -> line.strip().startsWith(word.toUpperCase(Locale.ROOT) + " <"))
                            || word.equals("if");
            throw known
                    ? new CommandException("ERR wrong number of arguments for 'raft|" + word + "' command")
                    : unknown(word);
        }
        return command.string(at);
    }

    private static long index(String text) {
        try {
            long index = Long.parseLong(text);
            if (index > 0) {
                return index;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new CommandException("ERR '" + text + "' is no index of a configuration: see RAFT CONFIG");
    }

    private void configuration(Command command, Reply reply) {
        if (command.count() > 1) {
            throw new CommandException("ERR wrong number of arguments for 'raft|config' command");
        }
        NodeStatus status = loop.status();
        ConfigurationInfo configuration = status.configuration();
        reply.map(6);
        reply.text("index");
        reply.integer(configuration.index());
        reply.text("committed");
        reply.text(configuration.committed() ? "yes" : "no");
        reply.text("state");
        reply.text(configuration.joint() ? "joint" : configuration.planned() ? "planned" : "settled");
        reply.text("protocol");
        reply.integer(configuration.protocol());
        reply.text("machine");
        reply.integer(configuration.machine());
        reply.text("members");
        reply.array(status.members().size());
        status.members().forEach(member -> member(member, reply));
    }

    private static void member(MemberInfo member, Reply reply) {
        reply.map(7);
        reply.text("id");
        reply.text(member.id());
        reply.text("address");
        reply.text(member.address());
        reply.text("voting");
        reply.text(member.voting().name().toLowerCase(Locale.ROOT));
        reply.text("store");
        reply.text(Long.toHexString(member.storeId()));
        reply.text("protocol");
        reply.text(member.protocol().toString());
        reply.text("machine");
        reply.text(member.machine().toString());
        reply.text("applied");
        member.appliedIndex().ifPresentOrElse(reply::integer, reply::nil);
    }
}
