package dev.huck.raft.core.node;

import dev.huck.raft.api.Arity;
import dev.huck.raft.api.CommandSpec;
import dev.huck.raft.api.Reply;
import dev.huck.raft.api.Role;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/** Finn's commands for the cluster, with Finn's replies. */
final class RaftCommands {
    private final Loop loop;

    RaftCommands(Loop loop) {
        this.loop = loop;
    }

    void addTo(BuiltIns builtIns) {
        later(
                builtIns,
                admin("raftaddpeer", 1).help("Adds a node to the cluster; ends when it votes.", "address"),
                loop::addMember);
        later(
                builtIns,
                admin("raftremovepeer", 1).help("Removes a node from the cluster.", "address"),
                loop::removeMember);
        later(builtIns, admin("raftsnapshot", 0).help("Takes a snapshot now."), none -> loop.snapshot());
        later(
                builtIns,
                admin("raftshrinklog", 0).help("Gives disk space that the log no longer needs back to the system."),
                none -> loop.shrinkLog());
        now(builtIns, "raftleader", "Returns the leader's address.", this::leader);
        now(builtIns, "raftstate", "Returns what this node is to its cluster.", r -> r.text(state()));
        now(builtIns, "raftstats", "Returns figures about the log.", this::stats);
        answerLater(
                builtIns,
                CommandSpec.of("raftpeers", Arity.arity(0))
                        .help("Asks the members of the cluster what they are to it; waits a second at most."),
                none -> loop.peers().thenApply(states -> reply -> pairs(reply, states)));
    }

    private static CommandSpec admin(String name, int arguments) {
        return CommandSpec.of(name, Arity.arity(arguments), "admin");
    }

    private static void now(BuiltIns builtIns, String name, String help, Consumer<Reply> handler) {
        builtIns.answer(name, Arity.arity(0), (command, reply) -> handler.accept(reply), spec -> spec.help(help));
    }

    /** Begun when all before it is answered, so that a snapshot covers the writes sent before it. */
    private static void later(BuiltIns builtIns, CommandSpec spec, Function<String, CompletionStage<?>> handler) {
        answerLater(builtIns, spec, argument -> handler.apply(argument).thenApply(done -> Reply::ok));
    }

    private static void answerLater(
            BuiltIns builtIns, CommandSpec spec, Function<String, CompletionStage<Consumer<Reply>>> handler) {
        builtIns.add(spec, (session, command) -> {
            String argument = command.count() == 0 ? "" : command.string(0);
            session.answerLater(() -> handler.apply(argument), command);
        });
    }

    private void leader(Reply reply) {
        loop.status().leader().ifPresentOrElse(reply::text, reply::nil);
    }

    private String state() {
        return nameOf(loop.status().role());
    }

    /** A role as Finn spells it. */
    static String nameOf(Role role) {
        return switch (role) {
            case FOLLOWER -> "Follower";
            case CANDIDATE -> "Candidate";
            case LEADER -> "Leader";
            case LEARNER -> "Learner";
            case SHUTDOWN -> "Shutdown";
        };
    }

    private void stats(Reply reply) {
        pairs(reply, List.copyOf(loop.stats().entrySet()));
    }

    private static void pairs(Reply reply, List<Map.Entry<String, String>> pairs) {
        reply.map(pairs.size());
        for (Map.Entry<String, String> pair : pairs) {
            reply.text(pair.getKey());
            reply.text(pair.getValue());
        }
    }
}
