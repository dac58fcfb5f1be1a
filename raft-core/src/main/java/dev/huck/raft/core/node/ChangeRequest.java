package dev.huck.raft.core.node;

import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.MembershipChange;
import dev.huck.raft.api.MembershipChange.Kind;
import dev.huck.raft.core.consensus.Change;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Member.Voting;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What an operator asks for, until it is known who the nodes are that it names by their addresses alone. */
final class ChangeRequest {
    /** Finn's words, which have no code in front. */
    static final String UNKNOWN_PEER = "peer is unknown";
    /** A host, in brackets if it has colons of its own, and a port from 1 on. */
    private static final Pattern ADDRESS = Pattern.compile(
            "(\\[[0-9A-Fa-f:.%]+]|[^\\s:/\\[\\]]+):0*([1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])");

    final MembershipChange change;
    final CompletableFuture<Void> future;
    private final TreeMap<String, Member> newcomers = new TreeMap<>();
    private final Set<String> awaited = new TreeSet<>();

    ChangeRequest(MembershipChange change, Configuration configuration, CompletableFuture<Void> future) {
        this.change = change;
        this.future = future;
        for (MembershipChange.Step step : change.steps()) {
            boolean adds = step.kind() == Kind.ADD_VOTER || step.kind() == Kind.ADD_LEARNER;
            if (adds && find(configuration, step.member()) == null) {
                awaited.add(step.member());
            }
        }
    }

    /** @return what is wrong with the change, whatever the configuration; null if nothing is */
    @Nullable
    HuckException wrong() {
        for (MembershipChange.Step step : change.steps()) {
            String address = step.kind() == Kind.MOVE ? step.address() : step.member();
            if ((step.kind() == Kind.MOVE || awaited.contains(address))
                    && !ADDRESS.matcher(address).matches()) {
                return new HuckException.Rejected("ERR '" + address + "' is no address of a node; host:port is needed");
            }
        }
        return null;
    }

    /** @return addresses of the nodes that have not said yet who they are */
    Set<String> awaited() {
        return awaited;
    }

    boolean wantsLearner(String address) {
        return change.steps().stream()
                .anyMatch(
                        step -> step.kind() == Kind.ADD_LEARNER && step.member().equals(address));
    }

    /** A node says who it is. */
    void introduced(Member newcomer) {
        if (awaited.remove(newcomer.address())) {
            newcomers.put(newcomer.address(), newcomer);
        }
    }

    /** @return who came in by this change */
    List<Member> newcomers() {
        return List.copyOf(newcomers.values());
    }

    static @Nullable Member find(Configuration configuration, String idOrAddress) {
        for (Member member : configuration.members()) {
            if (member.nodeId().equals(idOrAddress) || member.address().equals(idOrAddress)) {
                return member;
            }
        }
        return null;
    }

    /**
     * The change as the core takes it, once nobody is awaited.
     *
     * @param configuration the one in force
     * @return the change
     * @throws HuckException.Rejected when a member is unknown
     */
    Change resolve(Configuration configuration) {
        List<Change.Step> steps = new ArrayList<>();
        for (MembershipChange.Step step : change.steps()) {
            Member there = find(configuration, step.member());
            Member newcomer = newcomers.get(step.member());
            if (there == null && newcomer == null) {
                throw new HuckException.Rejected(UNKNOWN_PEER);
            }
            steps.add(there == null ? add(step, newcomer) : change(step, there));
        }
        return new Change(change.basis().orElse(0), steps);
    }

    private static Change.Step add(MembershipChange.Step step, @Nullable Member newcomer) {
        if (newcomer == null) {
            throw new AssertionError("nobody came for " + step);
        }
        // A node that was started as a learner stays one.
        return new Change.Add(step.kind() == Kind.ADD_LEARNER ? newcomer.as(Voting.LEARNER) : newcomer);
    }

    private static Change.Step change(MembershipChange.Step step, Member there) {
        return switch (step.kind()) {
            case ADD_VOTER, PROMOTE -> new Change.Promote(there.storeId());
            case ADD_LEARNER -> new Change.Update(there.storeId(), there.address(), there.versions());
            case REMOVE -> new Change.Remove(there.storeId());
            case DEMOTE -> new Change.Demote(there.storeId());
            case MOVE -> new Change.Update(there.storeId(), step.address(), there.versions());
        };
    }

    void end(@Nullable HuckException problem) {
        if (problem == null) {
            future.complete(null);
        } else {
            future.completeExceptionally(problem);
        }
    }
}
