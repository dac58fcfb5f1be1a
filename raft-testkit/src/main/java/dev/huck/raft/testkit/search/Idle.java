package dev.huck.raft.testkit.search;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.Message;
import java.util.Arrays;

/**
 * Messages that change nothing when they arrive, now or later. They are taken to have arrived, so that they neither fill a
 * place nor make two worlds of one. Each rule needs only that terms, and a leader's match in a session, never fall.
 */
final class Idle {
    private final Nodes nodes;
    private final int lastTerm;
    private final boolean withChanges;

    Idle(Nodes nodes, Bounds bounds) {
        this.nodes = nodes;
        this.lastTerm = bounds.terms();
        this.withChanges = bounds.changes() > 0;
    }

    World without(World world) {
        int kept = 0;
        int[] messages = new int[world.messages.length];
        for (int number : world.messages) {
            Sent message = nodes.message(number);
            if (!isIdle(message, nodes.local(world.nodes[message.to()]))) {
                messages[kept++] = number;
            }
        }
        return kept == messages.length ? world : world.with(0, world.nodes[0], Arrays.copyOf(messages, kept));
    }

    private boolean isIdle(Sent sent, Local to) {
        Message message = sent.message();
        long term = to.durable.hardState().term();
        if (message.term() > term) {
            return false; // It brings a term.
        }
        if (message instanceof Message.PreVoteReply reply) {
            // A pre-vote that counts is of the term after; what is committed may tell a removed node that it is.
            return !withChanges || reply.committed().index() == 0;
        }
        if (message instanceof Message.TimeoutNow) {
            return message.term() < term;
        }
        boolean asks = to.role == Role.CANDIDATE;
        if (message instanceof Message.VoteReply reply) {
            return message.term() < term || !reply.granted() || !asks;
        }
        if (message instanceof Message.AppendReply reply) {
            if (to.role == Role.LEADER) {
                return reply.accepted() && changesNothing(sent, to);
            }
            return term == lastTerm && !asks; // It never leads again, so it has no use for answers.
        }
        return false;
    }

    /** Tried, not believed: a core that counts what it should not must be seen to do so. */
    private boolean changesNothing(Sent sent, Local to) {
        Local.Outcome outcome = nodes.step(to, new Step(Step.Kind.DELIVER, to.node, sent.number()));
        return outcome.next() == to.number && outcome.sent().length == 0;
    }
}
