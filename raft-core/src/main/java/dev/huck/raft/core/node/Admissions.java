package dev.huck.raft.core.node;

import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.MembershipChange;
import dev.huck.raft.core.consensus.Admission.Invitation;
import dev.huck.raft.core.consensus.Admission.JoinReply;
import dev.huck.raft.core.consensus.Admission.JoinRequest;
import dev.huck.raft.core.consensus.Change;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Effect;
import dev.huck.raft.core.consensus.Event;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Member.Voting;
import dev.huck.raft.core.consensus.Rejection;
import dev.huck.raft.core.env.Stage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who gets into the cluster and out of it, as its leader sees it. A newcomer asks, because only it knows its store id; an
 * operator's change makes the leader invite the nodes that it names to ask. Loop stage only.
 */
final class Admissions {
    private static final Logger LOG = LoggerFactory.getLogger("dev.huck.raft");
    private static final long INVITE_AGAIN = TimeUnit.SECONDS.toNanos(1);

    private final Stage stage;
    private final Peers peers;
    private final Member self;
    private final Consumer<Event> core;
    private final Consumer<Runnable> turns;
    private final LongPredicate answers;
    private final Map<Long, Consumer<Effect.Changed>> changes = new HashMap<>();
    /** By address of a node that is invited. */
    private final Map<String, ChangeRequest> invited = new HashMap<>();

    private long requests;

    /**
     * The admissions of a node.
     *
     * @param self as it describes itself
     * @param core takes events, in a turn of the loop
     * @param turns runs something in a turn of its own
     * @param answers whether a member is in touch, where this node leads
     */
    Admissions(
            Stage stage,
            Peers peers,
            Member self,
            Consumer<Event> core,
            Consumer<Runnable> turns,
            LongPredicate answers) {
        this.stage = stage;
        this.peers = peers;
        this.self = self;
        this.core = core;
        this.turns = turns;
        this.answers = answers;
    }

    // ---- who asks

    /** A node asks to be a member, or says where it is now. */
    void requested(JoinRequest request, View view) {
        Member newcomer = request.member();
        String leader = peers.addressOf(view.leader());
        if (view.leader() != self.storeId()) {
            if (leader != null && !request.passedOn()) {
                peers.send(leader, view.leader(), new JoinRequest(newcomer, true, request.readmit()));
            } else {
                reply(newcomer, false, "CLUSTERDOWN no leader is known at the moment");
            }
            return;
        }
        List<Member> namesakes = namesakes(newcomer, view.configuration());
        if (!namesakes.isEmpty()) {
            if (request.readmit()) {
                readmit(newcomer, namesakes);
            } else {
                refuseNamesake(newcomer, namesakes.get(0));
            }
            return;
        }
        ChangeRequest invitation = invited.get(newcomer.address());
        if (invitation != null) {
            invitation.introduced(newcomer);
            carryOut(invitation, view.configuration());
            return;
        }
        LOG.info("received add peer request from {}", newcomer.address());
        admit(newcomer, step(newcomer, view.configuration()));
    }

    /** Other members with the id or the address of one that asks. */
    private static List<Member> namesakes(Member newcomer, Configuration configuration) {
        return configuration.members().stream()
                .filter(member -> member.storeId() != newcomer.storeId()
                        && (member.nodeId().equals(newcomer.nodeId())
                                || member.address().equals(newcomer.address())))
                .toList();
    }

    private void refuseNamesake(Member newcomer, Member there) {
        String name = there.nodeId().equals(newcomer.nodeId()) ? "id " + there.nodeId() : "address " + there.address();
        reply(
                newcomer,
                false,
                "ERR a member with " + name + " exists, with another data directory: if that directory is lost, say"
                        + " RAFTREMOVEPEER " + there.nodeId() + " first, or start this node with --readmit");
    }

    /**
     * A node stands in for a member whose directory is lost. That one goes first, by a change of its own: a cluster that
     * waits for nobody who is gone for ever bears as many more losses as before, and if the newcomer never catches up,
     * nothing is worse than after a removal. Who still answers is not lost.
     */
    private void readmit(Member newcomer, List<Member> namesakes) {
        Member lost = namesakes.get(0);
        if (namesakes.size() > 1) {
            reply(
                    newcomer,
                    false,
                    "ERR its id is that of member " + lost.nodeId() + " at " + lost.address() + ", or its address, and"
                            + " so it is with " + namesakes.get(1).nodeId() + " at "
                            + namesakes.get(1).address()
                            + ": one node can't stand in for two. Choose another id or address");
            return;
        }
        if (answers.test(lost.storeId())) {
            reply(
                    newcomer,
                    false,
                    "BUSY member " + lost.nodeId() + " at " + lost.address()
                            + " answers, or did until a moment ago, from another data directory: stop that one, if it is not"
                            + " lost");
            return;
        }
        change(Change.of(new Change.Remove(lost.storeId())), ended -> {
            HuckException problem = problem(ended, lost.nodeId());
            if (problem == null) {
                LOG.warn(
                        "member {} was silent and is removed for good (store {}): the node at {} takes its place, with an"
                                + " empty directory",
                        lost.nodeId(),
                        Long.toHexString(lost.storeId()),
                        newcomer.address());
                turns.accept(() -> admit(newcomer, new Change.Add(newcomer))); // Not in the middle of this one.
            } else {
                reply(newcomer, false, String.valueOf(problem.getMessage()));
            }
        });
    }

    private void admit(Member newcomer, Change.Step step) {
        change(Change.of(step), ended -> {
            HuckException problem = problem(ended, newcomer.address());
            if (problem == null) {
                LOG.info("node {} added successfully", newcomer.address());
            }
            reply(newcomer, problem == null, problem == null ? self.address() : String.valueOf(problem.getMessage()));
        });
    }

    /** Who waits to vote goes on waiting; other members only say where they are. */
    private static Change.Step step(Member newcomer, Configuration configuration) {
        Member there = configuration.member(newcomer.storeId());
        boolean comes = there == null || there.voting() == Voting.NEWCOMER || there.voting() == Voting.AWAITED;
        return comes
                ? new Change.Add(newcomer)
                : new Change.Update(newcomer.storeId(), newcomer.address(), newcomer.versions());
    }

    private void reply(Member newcomer, boolean accepted, String message) {
        peers.send(newcomer.address(), 0, new JoinReply(newcomer.storeId(), accepted, message));
    }

    /** A node that was invited does not come. */
    void declined(JoinReply reply, String sender) {
        ChangeRequest invitation = invited.get(sender);
        if (invitation != null && !reply.accepted()) {
            forget(invitation);
            invitation.end(new HuckException.Rejected(reply.message()));
        }
    }

    // ---- the operator

    /** Changes the membership: invites who is to come, and goes on when all of them have said who they are. */
    void change(MembershipChange change, View view, long patienceNanos, CompletableFuture<Void> future) {
        if (view.leader() != self.storeId()) {
            future.completeExceptionally(notLeader(view));
            return;
        }
        Configuration configuration = view.configuration();
        if (change.basis().isPresent() && change.basis().getAsLong() != configuration.index()) {
            future.completeExceptionally(
                    problem(new Effect.Changed(0, Rejection.CONFIGURATION_CHANGED, true, List.of()), ""));
            return;
        }
        ChangeRequest request = new ChangeRequest(change, configuration, future);
        HuckException wrong = request.wrong();
        if (wrong != null) {
            future.completeExceptionally(wrong);
            return;
        }
        for (String address : List.copyOf(request.awaited())) {
            ChangeRequest before = invited.put(address, request);
            if (before != null) {
                forget(before);
                invited.put(address, request);
                before.end(new HuckException.Busy("BUSY a newer request for " + address + " took over"));
            }
        }
        carryOut(request, configuration);
        invite(request);
        stage.schedule(patienceNanos, () -> {
            if (!future.isDone()) {
                boolean begun = !forget(request);
                request.end(
                        new HuckException.OutcomeUnknown(
                                begun
                                        ? "UNKNOWN not all newcomers have caught up in time; they still may: see RAFT CONFIG, and"
                                                + " remove one of them to give the change up"
                                        : "UNKNOWN no answer in time from " + String.join(", ", request.awaited())
                                                + ": check that a node runs there that belongs to no cluster; it may still join"));
            }
        });
    }

    private void invite(ChangeRequest request) {
        if (!request.future.isDone() && !request.awaited().isEmpty()) {
            for (String address : request.awaited()) {
                peers.send(address, 0, new Invitation(self.address(), request.wantsLearner(address)));
            }
            stage.schedule(INVITE_AGAIN, () -> invite(request));
        }
    }

    /** Takes back its invitations; says whether there were any. */
    private boolean forget(ChangeRequest request) {
        return invited.values().removeIf(other -> other == request);
    }

    private void carryOut(ChangeRequest request, Configuration configuration) {
        if (!request.awaited().isEmpty() || request.future.isDone()) {
            return;
        }
        forget(request);
        Change resolved;
        try {
            resolved = request.resolve(configuration);
        } catch (HuckException.Rejected unknown) {
            request.end(unknown);
            return;
        }
        change(resolved, ended -> {
            HuckException problem = problem(ended, names(request.change));
            for (Member newcomer : request.newcomers()) {
                if (problem == null) {
                    LOG.info("node {} added successfully", newcomer.address());
                }
                reply(
                        newcomer,
                        problem == null,
                        problem == null ? self.address() : String.valueOf(problem.getMessage()));
            }
            request.end(problem);
        });
    }

    private static String names(MembershipChange change) {
        return String.join(
                ", ", change.steps().stream().map(MembershipChange.Step::member).toList());
    }

    /** Hands a change to the core. */
    void change(Change change, Consumer<Effect.Changed> then) {
        changes.put(++requests, then);
        core.accept(new Event.ChangeMembers(requests, change));
    }

    /** The core's answer to a change. */
    void changed(Effect.Changed changed) {
        Consumer<Effect.Changed> then = changes.remove(changed.request());
        if (then != null) {
            then.accept(changed);
        }
    }

    private static @Nullable HuckException problem(Effect.Changed ended, String who) {
        if (!ended.outcomeKnown()) {
            return new HuckException.OutcomeUnknown(
                    "UNKNOWN leadership was lost while the membership changed: see RAFTPEERS at the new leader");
        }
        Rejection rejection = ended.reason();
        if (rejection == null) {
            return null;
        }
        return switch (rejection) {
            case NOT_LEADER, TRANSFERRING -> new HuckException.NotLeader("CLUSTERDOWN this node does not lead");
            case CHANGE_IN_PROGRESS, BUSY ->
                new HuckException.Busy("BUSY another change of membership is under way; try again");
            case UNKNOWN_MEMBER -> new HuckException.Rejected(ChangeRequest.UNKNOWN_PEER);
            case LAST_VOTER ->
                new HuckException.Rejected("ERR " + who + " is the last voter: a cluster can't be left without one");
            case CONFIGURATION_CHANGED ->
                new HuckException.Rejected(
                        "ERR the configuration is another one by now: see RAFT CONFIG, decide again");
            case NAME_TAKEN -> new HuckException.Rejected("ERR another member has the id or the address of " + who);
            case INCOMPATIBLE ->
                new HuckException.Rejected(
                        "ERR " + who + " does not understand the versions of protocol and machine that"
                                + " the cluster uses (see RAFT CONFIG): start it with the build that the others run");
            case SUPERSEDED -> new HuckException.Rejected("ERR a later change of membership undid this one");
            case UNFIT_VOTERS ->
                new HuckException.Busy("BUSY too few of the voters that there would be are fit: "
                        + ended.unfit().stream().map(Member::nodeId).collect(Collectors.joining(", "))
                        + " answers nothing, or recovers what it may have forgotten. Wait until it runs and has caught"
                        + " up, and try again; or change those members first");
        };
    }

    /** Whoever waits for an invitation to be taken up waits in vain. */
    void stop(HuckException problem) {
        invited.values().forEach(request -> request.end(problem));
        invited.clear();
    }

    HuckException notLeader(View view) {
        Configuration configuration = view.configuration();
        if (!configuration.members().isEmpty() && configuration.member(self.storeId()) == null) {
            return new HuckException.NotLeader("CLUSTERDOWN this node is no member of its cluster: ask one of "
                    + OwnPlace.addresses(configuration) + ". If it was removed, stop it");
        }
        String leader = view.leader() == 0 ? null : peers.addressOf(view.leader());
        return new HuckException.NotLeader(
                leader == null ? "CLUSTERDOWN no leader is known at the moment; try again" : "TRY " + leader);
    }
}
