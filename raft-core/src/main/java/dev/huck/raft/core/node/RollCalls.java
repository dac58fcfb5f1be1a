package dev.huck.raft.core.node;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.RollCall.Answer;
import dev.huck.raft.core.consensus.RollCall.Question;
import dev.huck.raft.core.env.Stage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Asks every member what it is, for whoever wants to know how the cluster is: each speaks for itself, as no node, the
 * leader included, knows it of all others. Loop stage only.
 */
final class RollCalls {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);
    /** Said of one that does not answer in time, as Finn says it. */
    private static final String TIMEOUT = "Timeout";
    /** Said where somebody else answers: another directory, or another cluster. */
    private static final String INVALID = "Invalid";

    private final Stage stage;
    private final Peers peers;
    private final long self;
    private final Map<Long, Call> calls = new HashMap<>();
    private long lastCall;

    /** One that is under way: who has not answered, and what the others are. */
    private record Call(
            Map<String, Member> missing,
            Map<String, String> states,
            CompletableFuture<List<Map.Entry<String, String>>> future) {}

    RollCalls(Stage stage, Peers peers, long self) {
        this.stage = stage;
        this.peers = peers;
        this.self = self;
    }

    /**
     * Asks.
     *
     * @param future completed within a second with address and state of each member, sorted by address
     */
    void begin(Configuration configuration, Role role, CompletableFuture<List<Map.Entry<String, String>>> future) {
        Call call = new Call(new TreeMap<>(), new TreeMap<>(), future);
        long number = ++lastCall;
        calls.put(number, call);
        for (Member member : configuration.members()) {
            if (member.storeId() == self) {
                call.states.put(member.address(), RaftCommands.nameOf(role));
            } else {
                call.missing.put(member.address(), member);
                peers.send(member.address(), 0, new Question(number));
            }
        }
        if (call.missing.isEmpty()) {
            end(number);
        } else {
            stage.schedule(PATIENCE, () -> end(number));
        }
    }

    /** Somebody asks what this node is. */
    void asked(Question question, String sender, Role role) {
        peers.send(sender, 0, new Answer(question.call(), self, role));
    }

    /** Somebody has answered. */
    void answered(Answer answer, String sender, boolean sameCluster) {
        Call call = calls.get(answer.call());
        Member member = call == null ? null : call.missing.remove(sender);
        if (call == null || member == null) {
            return;
        }
        boolean expected = sameCluster && member.storeId() == answer.storeId();
        call.states.put(sender, expected ? RaftCommands.nameOf(answer.role()) : INVALID);
        if (call.missing.isEmpty()) {
            end(answer.call());
        }
    }

    private void end(long number) {
        Call call = calls.remove(number);
        if (call != null) {
            call.missing.keySet().forEach(address -> call.states.put(address, TIMEOUT));
            call.future.complete(List.copyOf(call.states.entrySet()));
        }
    }
}
