package dev.huck.raft.core.consensus;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.core.consensus.Member.Voting;
import dev.huck.raft.core.consensus.Message.TimeoutNow;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Changes of membership: one at a time, voters always by a joint configuration (Raft §6; dissertation §4.3). A change may
 * begin once an entry of this term and the configuration before it are committed; whoever leads when a joint one is
 * committed ends it.
 */
final class Membership {
    private final Leader leading;
    private final List<Request> requests = new ArrayList<>();

    /** Somebody waits for a member to vote, or to be gone. */
    private record Request(long number, long storeId, boolean adds) {}

    Membership(Leader leading) {
        this.leading = leading;
    }

    void change(Event.ChangeMembers event) {
        Rejection refused = begin(event.change());
        if (refused != null) {
            leading.raft.outbox.add(new Effect.Changed(event.request(), refused, true));
            return;
        }
        if (event.change() instanceof Change.Add add) {
            requests.add(new Request(event.request(), add.member().storeId(), true));
        } else if (event.change() instanceof Change.Remove remove) {
            requests.add(new Request(event.request(), remove.storeId(), false));
        }
        answer();
    }

    private @Nullable Rejection begin(Change change) {
        Configuration current = leading.raft.configuration();
        if (change instanceof Change.Add add) {
            Member there = current.member(add.member().storeId());
            if (there != null && there.equals(add.member().as(there.voting()))) {
                return null; // It is a member already: wait with whoever asked first.
            }
            if (!isSettled()) {
                return Rejection.CHANGE_IN_PROGRESS;
            }
            append(current.with(add.member().as(there == null ? Voting.NEWCOMER : there.voting())));
            return null;
        }
        if (change instanceof Change.Remove remove) {
            Member there = current.member(remove.storeId());
            if (there == null) {
                return Rejection.UNKNOWN_MEMBER;
            }
            if (!isSettled()) {
                return Rejection.CHANGE_IN_PROGRESS;
            }
            if (current.isSoleVoter(remove.storeId())) {
                return Rejection.LAST_VOTER;
            }
            append(
                    there.voting() == Voting.VOTER
                            ? current.with(there.as(Voting.OUTGOING))
                            : current.without(remove.storeId()));
        }
        return null;
    }

    private boolean isSettled() {
        Configuration current = leading.raft.configuration();
        return leading.hasOpened() && current.index() <= leading.raft.commit && !current.isJoint();
    }

    private void append(Configuration next) {
        Raft raft = leading.raft;
        raft.appendToLog(new LogEntry(raft.log.lastIndex() + 1, raft.term, Entries.configuration(raft.stampEnd, next)));
    }

    /** The commit index has moved. */
    void committed() {
        Raft raft = leading.raft;
        Configuration current = raft.configuration();
        if (!leading.hasOpened() || current.index() > raft.commit) {
            return;
        }
        if (current.isJoint()) {
            append(current.afterJoint());
            return;
        }
        answer();
        Member me = current.member(raft.self);
        if (me == null || !me.votesInNew()) {
            // Not in its own configuration any more: its work is done.
            long heir = leading.replication.mostUpToDateVoter();
            if (heir != 0) {
                raft.send(new TimeoutNow(raft.self, heir, raft.term));
            }
            raft.becomeFollower(raft.term);
        }
    }

    /** A newcomer that has all that is committed starts to vote. */
    void promoteWhoCaughtUp() {
        if (!isSettled()) {
            return;
        }
        Raft raft = leading.raft;
        for (Member member : raft.configuration().members()) {
            if (member.voting() == Voting.NEWCOMER && leading.replication.matchOf(member.storeId()) >= raft.commit) {
                append(raft.configuration().with(member.as(Voting.INCOMING)));
                return;
            }
        }
    }

    private void answer() {
        Configuration current = leading.raft.configuration();
        if (!isSettled()) {
            return;
        }
        requests.removeIf(request -> {
            Member member = current.member(request.storeId);
            if (request.adds && member != null && member.voting() != Voting.VOTER) {
                return false;
            }
            boolean wanted = request.adds == (member != null);
            leading.raft.outbox.add(new Effect.Changed(request.number, wanted ? null : Rejection.UNKNOWN_MEMBER, true));
            return true;
        });
    }

    /** This node no longer leads: what has begun may or may not come about. */
    void abandon() {
        for (Request request : requests) {
            leading.raft.outbox.add(new Effect.Changed(request.number, null, false));
        }
        requests.clear();
    }
}
