package dev.huck.raft.core.node;

import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Options;
import dev.huck.raft.core.consensus.Admission.Invitation;
import dev.huck.raft.core.consensus.Admission.JoinReply;
import dev.huck.raft.core.consensus.Admission.JoinRequest;
import dev.huck.raft.core.consensus.Change;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Event;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Rejection;
import dev.huck.raft.core.env.Environment;
import dev.huck.raft.core.env.Stage;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Getting into and out of a cluster. A newcomer asks, because only it knows its store id; an operator's
 * {@code RAFTADDPEER} makes the leader invite it to ask. Loop stage only.
 */
final class Admissions {
    private static final Logger LOG = LoggerFactory.getLogger("dev.huck.raft");
    /** Finn's words, which have no code in front. */
    private static final String UNKNOWN_PEER = "peer is unknown";
    /** A host, in brackets if it has colons of its own, and a port from 1 on. */
    private static final Pattern ADDRESS = Pattern.compile(
            "(\\[[0-9A-Fa-f:.%]+]|[^\\s:/\\[\\]]+):0*([1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])");

    private static final long FIRST_RETRY = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LAST_RETRY = TimeUnit.SECONDS.toNanos(2);

    private final Environment environment;
    private final Stage stage;
    private final Peers peers;
    private final Member self;
    private final Consumer<Event> core;
    private final Map<Long, BiConsumer<@Nullable Rejection, Boolean>> changes = new HashMap<>();
    private final Map<String, CompletableFuture<Void>> invited = new HashMap<>();
    private long requests;

    private @Nullable String joining;
    private String answer = "no answer";
    private long giveUpAt;
    private long retry = FIRST_RETRY;

    Admissions(Environment environment, Stage stage, Peers peers, Member self, Consumer<Event> core) {
        this.environment = environment;
        this.stage = stage;
        this.peers = peers;
        this.self = self;
        this.core = core;
    }

    /** At the start: what this node has to tell others, or to ask of them, before it can take part. */
    void start(Configuration configuration, Options options, Consumer<Throwable> failed) {
        Member me = configuration.member(self.storeId());
        if (me != null) {
            announceMove(configuration, me);
        } else if (!configuration.members().isEmpty()) {
            LOG.warn(
                    "in the newest configuration that this node has ({}) it is no member: it waits to hear from one of them."
                            + " If it was removed, empty its directory and start it with --join",
                    addresses(configuration));
        } else if (options.join().isPresent()) {
            join(options.join().get(), options.joinTimeout().toNanos(), failed);
        } else {
            LOG.warn(
                    "this node never got to join a cluster, and waits to be called by one: start it with --join and the"
                            + " address of a member, or say RAFTADDPEER {} at the leader; to found a new cluster, empty {}",
                    self.address(),
                    options.directory().toAbsolutePath());
        }
    }

    private static String addresses(Configuration configuration) {
        return configuration.members().stream().map(Member::address).collect(Collectors.joining(", "));
    }

    // ---- the newcomer

    /** Asks again and again, with longer pauses, until the cluster has this node, refuses it, or the time is up. */
    private void join(String address, long patienceNanos, Consumer<Throwable> failed) {
        joining = address;
        giveUpAt = environment.nanoTime() + patienceNanos;
        askToJoin(failed);
    }

    private void askToJoin(Consumer<Throwable> failed) {
        String address = joining;
        if (address == null) {
            return;
        }
        if (environment.nanoTime() - giveUpAt > 0) {
            joining = null;
            failed.accept(new HuckException.StartFailed(
                    "ERR could not join the cluster at " + address + ": " + answer
                            + ". Check that a member runs there and that it can reach " + self.address(),
                    null));
            return;
        }
        peers.send(address, 0, new JoinRequest(self, false));
        retry = Math.min(LAST_RETRY, retry * 3 / 2);
        stage.schedule(retry, () -> askToJoin(failed));
    }

    /** The configuration in force has changed. */
    void configurationChanged(Configuration configuration) {
        if (configuration.member(self.storeId()) != null) {
            joining = null;
        }
    }

    /** Known under another address: any other member passes the news on to the leader. */
    private void announceMove(Configuration configuration, Member me) {
        if (!me.address().equals(self.address())) {
            configuration.members().stream()
                    .filter(member -> member.storeId() != self.storeId())
                    .findFirst()
                    .ifPresent(member -> peers.send(member.address(), 0, new JoinRequest(self, false)));
        }
    }

    void replied(JoinReply reply, String sender, Consumer<Throwable> failed) {
        CompletableFuture<Void> invitation = invited.remove(sender);
        if (invitation != null && !reply.accepted()) {
            invitation.completeExceptionally(new HuckException.Rejected(reply.message()));
        } else if (reply.storeId() == self.storeId() && joining != null && !reply.accepted()) {
            answer = reply.message();
            // Only an error about the request itself is final: a leader lost on the way (UNKNOWN) is asked for again.
            if (answer.startsWith("ERR")) {
                joining = null;
                failed.accept(new HuckException.StartFailed("ERR the cluster refused this node: " + answer, null));
            }
        }
    }

    void invited(Invitation invitation, long cluster) {
        // A node that was removed, and still has its directory, may come back to the same cluster.
        boolean free = peers.clusterId() == 0 || peers.clusterId() == cluster;
        peers.send(
                invitation.leaderAddress(),
                0,
                free
                        ? new JoinRequest(self, false)
                        : new JoinReply(
                                self.storeId(),
                                false,
                                "ERR the node at " + self.address() + " belongs to another cluster; a node that joins"
                                        + " must be started with an empty directory and --join"));
    }

    // ---- the cluster

    /** A node asks to be a member. */
    void requested(JoinRequest request, View view) {
        Member newcomer = request.member();
        String leader = peers.addressOf(view.leader());
        if (view.leader() != self.storeId()) {
            if (leader != null && !request.passedOn()) {
                peers.send(leader, view.leader(), new JoinRequest(newcomer, true));
            } else {
                reply(newcomer, false, "CLUSTERDOWN no leader is known at the moment");
            }
            return;
        }
        for (Member member : view.configuration().members()) {
            boolean sameName = member.nodeId().equals(newcomer.nodeId());
            if (member.storeId() != newcomer.storeId()
                    && (sameName || member.address().equals(newcomer.address()))) {
                String name = sameName ? "id " + member.nodeId() : "address " + member.address();
                reply(
                        newcomer,
                        false,
                        "ERR a member with " + name + " exists, with another data directory: if that directory is lost,"
                                + " say RAFTREMOVEPEER " + member.nodeId() + " first");
                return;
            }
        }
        LOG.info("received add peer request from {}", newcomer.address());
        change(Change.of(new Change.Add(newcomer)), (rejection, known) -> {
            CompletableFuture<Void> invitation = invited.remove(newcomer.address());
            HuckException problem = problem(rejection, known, newcomer.address());
            if (problem == null) {
                LOG.info("node {} added successfully", newcomer.address());
                reply(newcomer, true, self.address());
            } else {
                reply(newcomer, false, String.valueOf(problem.getMessage()));
            }
            if (invitation != null) {
                complete(invitation, problem);
            }
        });
    }

    private void reply(Member newcomer, boolean accepted, String message) {
        peers.send(newcomer.address(), 0, new JoinReply(newcomer.storeId(), accepted, message));
    }

    void add(String address, View view, long patienceNanos, CompletableFuture<Void> future) {
        if (!ADDRESS.matcher(address).matches()) {
            future.completeExceptionally(
                    new HuckException.Rejected("ERR '" + address + "' is no address of a node; host:port is needed"));
            return;
        }
        for (Member member : view.configuration().members()) {
            if (member.address().equals(address) && member.voting() == Member.Voting.VOTER) {
                future.complete(null);
                return;
            }
        }
        if (view.leader() != self.storeId()) {
            future.completeExceptionally(notLeader(view));
            return;
        }
        CompletableFuture<Void> before = invited.put(address, future);
        if (before != null) {
            before.completeExceptionally(new HuckException.Busy("BUSY a newer request for " + address + " took over"));
        }
        invite(address, future);
        stage.schedule(patienceNanos, () -> {
            if (invited.remove(address, future)) {
                future.completeExceptionally(new HuckException.OutcomeUnknown("UNKNOWN the node at " + address
                        + " has not become a voter in time; it may still: see RAFTPEERS"));
            }
        });
    }

    private void invite(String address, CompletableFuture<Void> future) {
        if (invited.get(address) == future) {
            peers.send(address, 0, new Invitation(self.address()));
            stage.schedule(LAST_RETRY / 2, () -> invite(address, future));
        }
    }

    void remove(String idOrAddress, View view, CompletableFuture<Void> future) {
        if (view.leader() != self.storeId()) {
            future.completeExceptionally(notLeader(view));
            return;
        }
        for (Member member : view.configuration().members()) {
            if (member.nodeId().equals(idOrAddress) || member.address().equals(idOrAddress)) {
                change(Change.of(new Change.Remove(member.storeId())), (rejection, known) -> {
                    HuckException problem = problem(rejection, known, idOrAddress);
                    if (problem == null) {
                        LOG.info("node {} detached successfully", idOrAddress);
                    }
                    complete(future, problem);
                });
                return;
            }
        }
        future.completeExceptionally(new HuckException.Rejected(UNKNOWN_PEER));
    }

    private static void complete(CompletableFuture<Void> future, @Nullable HuckException problem) {
        if (problem == null) {
            future.complete(null);
        } else {
            future.completeExceptionally(problem);
        }
    }

    private void change(Change change, BiConsumer<@Nullable Rejection, Boolean> then) {
        changes.put(++requests, then);
        core.accept(new Event.ChangeMembers(requests, change));
    }

    /** The core's answer to a change. */
    void changed(long request, @Nullable Rejection rejection, boolean outcomeKnown) {
        BiConsumer<@Nullable Rejection, Boolean> then = changes.remove(request);
        if (then != null) {
            then.accept(rejection, outcomeKnown);
        }
    }

    private static @Nullable HuckException problem(@Nullable Rejection rejection, boolean known, String who) {
        if (!known) {
            return new HuckException.OutcomeUnknown(
                    "UNKNOWN leadership was lost while the membership changed: see RAFTPEERS at the new leader");
        }
        if (rejection == null) {
            return null;
        }
        return switch (rejection) {
            case NOT_LEADER, TRANSFERRING -> new HuckException.NotLeader("CLUSTERDOWN this node does not lead");
            case CHANGE_IN_PROGRESS, BUSY ->
                new HuckException.Busy("BUSY another change of membership is under way; try again");
            case UNKNOWN_MEMBER -> new HuckException.Rejected(UNKNOWN_PEER);
            case LAST_VOTER ->
                new HuckException.Rejected("ERR " + who + " is the last voter: a cluster can't be left without one");
            case CONFIGURATION_CHANGED ->
                new HuckException.Rejected(
                        "ERR the configuration has changed meanwhile: look at it, then decide again");
            case NAME_TAKEN -> new HuckException.Rejected("ERR another member has the id or the address of " + who);
            case SUPERSEDED -> new HuckException.Rejected("ERR a later change of membership undid this one");
        };
    }

    /** Whoever waits for an invitation to be taken up waits in vain. */
    void stop(HuckException problem) {
        joining = null;
        invited.values().forEach(future -> future.completeExceptionally(problem));
        invited.clear();
    }

    HuckException notLeader(View view) {
        Configuration configuration = view.configuration();
        if (!configuration.members().isEmpty() && configuration.member(self.storeId()) == null) {
            return new HuckException.NotLeader("CLUSTERDOWN this node is no member of its cluster: ask one of "
                    + addresses(configuration) + ". If it was removed, stop it");
        }
        String leader = view.leader() == 0 ? null : peers.addressOf(view.leader());
        return new HuckException.NotLeader(
                leader == null ? "CLUSTERDOWN no leader is known at the moment; try again" : "TRY " + leader);
    }
}
