package dev.huck.raft.core.node;

import dev.huck.raft.api.Arity;
import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandException;
import dev.huck.raft.api.CommandSpec;
import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Machine;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.Reply;
import dev.huck.raft.core.env.Environment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/** The commands that every node answers, whatever its machine. Looked at before the machine; names are in any case. */
final class BuiltIns {
    private final Map<String, BuiltIn> byName = new LinkedHashMap<>();
    private final List<CommandSpec> transportCommands;
    private final ClientCounters counters;

    private record BuiltIn(CommandSpec spec, Handler handler) {}

    /** Submits a command's operation to its session. */
    @FunctionalInterface
    interface Handler {
        void submit(ClientSession session, Command command);
    }

    /**
     * The built-in commands.
     *
     * @param env for the clock
     * @param options of the node, for {@code INFO}
     * @param loop the node's loop
     * @param transportCommands those that the transport answers by itself
     */
    BuiltIns(Environment env, Options options, Loop loop, Collection<CommandSpec> transportCommands) {
        this.transportCommands = List.copyOf(transportCommands);
        this.counters = new ClientCounters(env.nanoTime());
        answer("ping", Arity.arity(0, 1), BuiltIns::ping, s -> s.help("Says that the node is there.", "[message]"));
        answer("echo", Arity.arity(1), BuiltIns::echo, s -> s.help("Returns the message.", "message"));
        answer("time", Arity.arity(0), (c, r) -> time(env, r), s -> s.help("Returns the node's clock."));
        add(
                CommandSpec.of("command", Arity.atLeast(0), "fast").help("Describes the commands.", "[subcommand]"),
                this::command);
        Info info = new Info(env, options, loop, counters);
        add(
                CommandSpec.of("info", Arity.atLeast(0)).help("Returns figures about the node.", "[section ...]"),
                (session, command) -> session.answerOnMachine(
                        reply -> reply.verbatim(info.text(command, session.machines())), command));
        new RaftCommands(loop).addTo(this);
        new RaftContainer(loop).addTo(this);
    }

    /** Adds a command that can be answered at once on any thread. */
    void answer(String name, Arity arity, BiConsumer<Command, Reply> handler, UnaryOperator<CommandSpec> describe) {
        add(
                describe.apply(CommandSpec.of(name, arity, "fast")),
                (session, command) -> session.answer(reply -> handler.accept(command, reply), command));
    }

    /** Adds a command. */
    void add(CommandSpec spec, Handler handler) {
        byName.put(spec.name(), new BuiltIn(spec, handler));
    }

    ClientCounters counters() {
        return counters;
    }

    /**
     * Submits a command if it is a built-in one.
     *
     * @param session its session
     * @param command the command
     * @return whether it is
     */
    boolean submit(ClientSession session, Command command) {
        BuiltIn builtIn = byName.get(command.name());
        if (builtIn == null) {
            return false;
        }
        if (builtIn.spec.arity().accepts(command.count())) {
            builtIn.handler.submit(session, command);
        } else {
            session.error(Faults.message(CommandException.wrongNumberOfArguments(command)));
        }
        return true;
    }

    /**
     * Checks that a machine's commands can be reached.
     *
     * @param declared the machine's
     * @throws HuckException.StartFailed when one has the name of a command of the node or of its transport
     */
    void refuseClashes(Collection<CommandSpec> declared) {
        for (CommandSpec spec : declared) {
            boolean transports =
                    transportCommands.stream().anyMatch(t -> t.name().equals(spec.name()));
            if (transports || byName.containsKey(spec.name())) {
                throw new HuckException.StartFailed(
                        "ERR the machine declares the command '" + spec.name() + "', which the "
                                + (transports ? "transport" : "node") + " answers by itself: give it another name",
                        null);
            }
        }
    }

    private void command(ClientSession session, Command command) {
        Machine machine = session.machines().machine();
        session.answer(reply -> CommandDocs.answer(command, specs(machine), reply), command);
    }

    private Map<String, CommandDocs.Described> specs(Machine machine) {
        Map<String, CommandDocs.Described> all = new LinkedHashMap<>();
        List<CommandSpec> own = new ArrayList<>(machine.commands().specs());
        own.forEach(spec -> all.put(spec.name(), new CommandDocs.Described(spec, "application")));
        transportCommands.forEach(spec -> all.put(spec.name(), new CommandDocs.Described(spec, "connection")));
        byName.forEach((name, builtIn) ->
                all.put(name, new CommandDocs.Described(builtIn.spec, name.startsWith("raft") ? "raft" : "server")));
        return all;
    }

    private static void ping(Command command, Reply reply) {
        if (command.count() == 0) {
            reply.simple("PONG");
        } else {
            reply.bulk(command.bytes(0));
        }
    }

    private static void echo(Command command, Reply reply) {
        reply.bulk(command.bytes(0));
    }

    private static void time(Environment env, Reply reply) {
        long micros = Math.floorDiv(env.wallNanos(), 1_000L);
        reply.array(2);
        reply.text(Long.toString(Math.floorDiv(micros, 1_000_000L)));
        reply.text(Long.toString(Math.floorMod(micros, 1_000_000L)));
    }
}
