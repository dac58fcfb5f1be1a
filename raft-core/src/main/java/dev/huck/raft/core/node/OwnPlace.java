package dev.huck.raft.core.node;

import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Options;
import dev.huck.raft.core.consensus.Admission.Invitation;
import dev.huck.raft.core.consensus.Admission.JoinReply;
import dev.huck.raft.core.consensus.Admission.JoinRequest;
import dev.huck.raft.core.consensus.Change;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.env.Environment;
import dev.huck.raft.core.env.Stage;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's own place in the cluster: it asks to join, because only it knows its store id; and where the configuration
 * names it by another address, or with other versions, than it has now, it says so until that is put right. Loop stage
 * only.
 */
final class OwnPlace {
    private static final Logger LOG = LoggerFactory.getLogger("dev.huck.raft");
    private static final String REFUSED = "ERR ";
    private static final long FIRST_RETRY = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LAST_RETRY = TimeUnit.SECONDS.toNanos(2);

    private final Environment environment;
    private final Stage stage;
    private final Peers peers;
    private final Member self;
    private final Supplier<View> view;
    private final Consumer<Change> propose;
    private final Consumer<Throwable> failed;

    private @Nullable String joining;
    private boolean readmit;
    private String answer = "no answer";
    private long giveUpAt;
    private long retry = FIRST_RETRY;
    private boolean announcing;
    private int turn;
    private boolean stopped;

    /**
     * The place of a node.
     *
     * @param self as it describes itself
     * @param view what the core is at
     * @param propose takes a change where this node leads
     * @param failed takes what ends the node
     */
    OwnPlace(
            Environment environment,
            Stage stage,
            Peers peers,
            Member self,
            Supplier<View> view,
            Consumer<Change> propose,
            Consumer<Throwable> failed) {
        this.environment = environment;
        this.stage = stage;
        this.peers = peers;
        this.self = self;
        this.view = view;
        this.propose = propose;
        this.failed = failed;
    }

    /** At the start: what this node has to ask of others, or to tell them, before it can take part. */
    void start(Options options) {
        Configuration configuration = view.get().configuration();
        if (configuration.member(self.storeId()) != null) {
            announce();
        } else if (!configuration.members().isEmpty()) {
            LOG.warn(
                    "in the newest configuration that this node has ({}) it is no member: it waits to hear from one of them."
                            + " If it was removed, empty its directory and start it with --join",
                    addresses(configuration));
        } else if (options.join().isPresent()) {
            joining = options.join().get();
            readmit = options.readmit();
            giveUpAt = environment.nanoTime() + options.joinTimeout().toNanos();
            LOG.info(
                    "joining the cluster at {}, for {} ms at the most",
                    joining,
                    options.joinTimeout().toMillis());
            askToJoin();
        } else {
            LOG.warn(
                    "this node never got to join a cluster, and waits to be called by one: start it with --join and the"
                            + " address of a member, or say RAFTADDPEER {} at the leader; to found a new cluster, empty {}",
                    self.address(),
                    options.directory().toAbsolutePath());
        }
    }

    static String addresses(Configuration configuration) {
        return configuration.members().stream().map(Member::address).collect(Collectors.joining(", "));
    }

    // ---- joining

    /** Asks again and again, with longer pauses, until the cluster has this node, refuses it, or the time is up. */
    private void askToJoin() {
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
        peers.send(address, 0, new JoinRequest(self, false, readmit));
        stage.schedule(nextRetry(), this::askToJoin);
    }

    private long nextRetry() {
        retry = Math.min(LAST_RETRY, retry * 3 / 2);
        return retry;
    }

    /** The cluster's answer to a request to join. */
    void replied(JoinReply reply) {
        if (reply.storeId() == self.storeId() && joining != null && !reply.accepted()) {
            // Only an error about the request itself is final: a leader lost on the way (UNKNOWN) is asked for again.
            if (reply.message().startsWith(REFUSED)) {
                joining = null;
                failed.accept(new HuckException.StartFailed(
                        "ERR the cluster refused this node: " + reply.message().substring(REFUSED.length()), null));
            } else if (!answer.equals(reply.message())) {
                answer = reply.message();
                LOG.info("the cluster at {} can't take this node in yet: {}; trying on", joining, answer);
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
                        ? new JoinRequest(invitation.learner() ? self.as(Member.Voting.LEARNER) : self, false, false)
                        : new JoinReply(
                                self.storeId(),
                                false,
                                "ERR the node at " + self.address() + " belongs to another cluster; a node that joins"
                                        + " must be started with an empty directory and --join"));
    }

    // ---- a member

    /** The configuration in force has changed. */
    void configurationChanged(Configuration configuration) {
        if (configuration.member(self.storeId()) != null) {
            if (joining != null) {
                joining = null;
                LOG.info("this node is in the cluster now: {}", addresses(configuration));
            }
            announce();
        }
    }

    /**
     * Tells one member after the other, until the configuration has it right; whoever does not lead passes it on. Nothing
     * is sure to arrive, and what was put right may be truncated.
     */
    private void announce() {
        if (!announcing && isMisplaced()) {
            announcing = true;
            retry = FIRST_RETRY;
            stage.execute(this::announceOnce); // Not now: the core's effects are just being carried out.
        }
    }

    private boolean isMisplaced() {
        Member me = view.get().configuration().member(self.storeId());
        return me != null
                && !(me.address().equals(self.address()) && me.versions().equals(self.versions()));
    }

    private void announceOnce() {
        if (stopped || !isMisplaced()) {
            announcing = false;
            return;
        }
        View seen = view.get();
        if (seen.leader() == self.storeId()) {
            propose.accept(Change.of(new Change.Update(self.storeId(), self.address(), self.versions())));
        } else {
            List<Member> others = seen.configuration().members().stream()
                    .filter(member -> member.storeId() != self.storeId())
                    .toList();
            if (!others.isEmpty()) {
                Member next = others.get(turn++ % others.size());
                peers.send(next.address(), 0, new JoinRequest(self, false, false));
            }
        }
        stage.schedule(nextRetry(), this::announceOnce);
    }

    void stop() {
        joining = null;
        stopped = true;
    }
}
