package dev.huck.raft.core.node;

import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Effect;
import dev.huck.raft.core.consensus.Event;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Raft;
import dev.huck.raft.core.env.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Who waits for leadership to go to somebody else, or to one member. Loop stage only. */
final class HandOvers {
    private final Stage stage;
    private final Raft raft;
    private final Peers peers;
    private final Consumer<Event> step;
    private final List<Waiting> waiting = new ArrayList<>();

    /** @param heir store id of who is to lead; 0 for anybody else than this node */
    private record Waiting(CompletableFuture<Void> future, long heir) {}

    HandOvers(Stage stage, Raft raft, Peers peers, Consumer<Event> step) {
        this.stage = stage;
        this.raft = raft;
        this.peers = peers;
        this.step = step;
    }

    /** Hands over to whoever is the most up to date; done where this node does not lead. */
    void begin(CompletableFuture<Void> future) {
        if (raft.role() != Role.LEADER) {
            future.complete(null);
            return;
        }
        begin(0, future);
    }

    /** Hands over to one voter, for a node that leads; to whoever is the most up to date if none is named. */
    void begin(String idOrAddress, CompletableFuture<Void> future) {
        Configuration configuration = raft.configuration();
        if (idOrAddress.isEmpty()) {
            if (configuration.isSoleVoter(raft.storeId())) {
                future.completeExceptionally(new HuckException.Rejected("ERR there is no other voter to hand over to"));
            } else {
                begin(0, future);
            }
            return;
        }
        Member heir = ChangeRequest.find(configuration, idOrAddress);
        if (heir == null) {
            future.completeExceptionally(new HuckException.Rejected(ChangeRequest.UNKNOWN_PEER));
        } else if (heir.storeId() == raft.storeId()) {
            future.complete(null);
        } else if (!heir.votesInNew()) {
            future.completeExceptionally(
                    new HuckException.Rejected("ERR " + heir.nodeId() + " does not vote, so it can't lead"));
        } else if (!raft.answers(heir.storeId())) {
            future.completeExceptionally(
                    new HuckException.Busy("BUSY " + heir.nodeId() + " does not answer; this node goes on leading"));
        } else {
            begin(heir.storeId(), future);
        }
    }

    private void begin(long heir, CompletableFuture<Void> future) {
        step.accept(new Event.Transfer(heir));
        long chosen = raft.heir();
        if (chosen == 0 || (heir != 0 && heir != chosen)) {
            future.completeExceptionally(new HuckException.Busy(notBegun(heir, chosen)));
            return;
        }
        Waiting one = new Waiting(future, heir);
        waiting.add(one);
        stage.schedule(raft.configuration().settings().electionMaxNanos(), () -> {
            waiting.remove(one);
            future.completeExceptionally(new HuckException.Busy("BUSY " + (heir == 0 ? "nobody" : peers.addressOf(heir))
                    + (heir == 0 ? " took" : " did not take") + " leadership over within an election timeout"));
        });
    }

    private String notBegun(long heir, long chosen) {
        if (chosen != 0) {
            return "BUSY leadership is being handed to " + peers.addressOf(chosen) + " at the moment; try again";
        }
        return "BUSY " + (heir == 0 ? "no other voter is able to" : peers.addressOf(heir) + " can't")
                + " take leadership over at the moment: who does must have answered within an election timeout, and not be"
                + " recovering; this node goes on leading";
    }

    void roleChanged(Effect.RoleChanged changed) {
        if (changed.role() == Role.LEADER) {
            return;
        }
        waiting.removeIf(one -> {
            if (one.heir != 0 && changed.leader() == 0) {
                return false; // Who leads is not known yet.
            }
            if (one.heir == 0 || one.heir == changed.leader()) {
                one.future.complete(null);
            } else {
                one.future.completeExceptionally(new HuckException.Busy("BUSY " + peers.addressOf(changed.leader())
                        + " took leadership over, and not " + peers.addressOf(one.heir)));
            }
            return true;
        });
    }

    void stop(HuckException gone) {
        waiting.forEach(one -> one.future.completeExceptionally(gone));
        waiting.clear();
    }
}
