package dev.huck.raft.core.node;

import dev.huck.raft.api.Arity;
import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandSpec;
import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.MembershipChange;
import dev.huck.raft.api.Reply;
import dev.huck.raft.api.Role;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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
        builtIns.add(
                CommandSpec.of("raftaddpeer", Arity.arity(1, 2), "admin")
                        .help(
                                "Adds a node to the cluster; ends when it votes, or has become a learner.",
                                "address",
                                "[learner]"),
                this::addPeer);
        later(builtIns, admin("raftremovepeer", 1).help("Removes a node from the cluster.", "address"), this::remove);
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
            session.answerLater(() -> handler.apply(argument));
        });
    }

    private CompletionStage<?> remove(String member) {
        return member.isEmpty()
                ? CompletableFuture.failedFuture(new HuckException.Rejected(ChangeRequest.UNKNOWN_PEER))
                : loop.changeMembers(MembershipChange.builder().remove(member).build());
    }

    private void addPeer(ClientSession session, Command command) {
        boolean learner = command.count() == 2;
        if (learner && !command.string(1).equalsIgnoreCase("learner")) {
            session.error("ERR syntax error: RAFTADDPEER address [LEARNER]");
            return;
        }
        MembershipChange.Builder change = MembershipChange.builder();
        String address = command.string(0);
        if (address.isEmpty()) {
            session.error("ERR '' is no address of a node; host:port is needed");
            return;
        }
        MembershipChange added = (learner ? change.addLearner(address) : change.addVoter(address)).build();
        session.answerLater(() -> loop.changeMembers(added).thenApply(done -> Reply::ok));
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
