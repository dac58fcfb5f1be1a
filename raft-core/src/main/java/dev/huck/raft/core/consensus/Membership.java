package dev.huck.raft.core.consensus;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.core.consensus.Member.Voting;
import dev.huck.raft.core.consensus.Message.TimeoutNow;
import java.util.ArrayList;
import java.util.List;

/**
 * Changes of membership: one at a time, voters always by a joint configuration (Raft §6; dissertation §4.3). A change may
 * begin once an entry of this term and the configuration before it are committed; whoever leads when a joint one is
 * committed ends it. Who is to vote catches up first (dissertation §4.2.1): until then the change stands in the
 * configuration as a plan.
 */
final class Membership {
    private final Leader leading;
    private final List<Request> requests = new ArrayList<>();

    /** Somebody waits for what a change asks for. */
    private record Request(long number, Change change) {}

    /** What has become of a wish. */
    private enum Fate {
        FULFILLED,
        OPEN,
        UNDONE
    }

    Membership(Leader leading) {
        this.leading = leading;
    }

    void change(Event.ChangeMembers event) {
        Configuration current = leading.raft.configuration();
        ChangePlan plan = ChangePlan.of(current, event.change());
        Rejection refused = plan.refused();
        boolean changes = !plan.next().equals(current);
        if (refused == null && changes) {
            refused = leading.isHandingOver()
                    ? Rejection.TRANSFERRING
                    : isSettled() ? null : Rejection.CHANGE_IN_PROGRESS;
        }
        if (refused == null && !isCarried(plan.next())) {
            leading.raft.outbox.add(
                    new Effect.Changed(event.request(), Rejection.UNFIT_VOTERS, true, unfit(plan.next())));
            return;
        }
        if (refused != null) {
            leading.raft.outbox.add(new Effect.Changed(event.request(), refused, true));
            return;
        }
        if (changes) {
            append(plan.next());
        }
        requests.add(
                new Request(event.request(), event.change())); // If nothing changes: waits with whoever asked first.
        answer();
    }

    /**
     * Whether those whose word counts are a quorum, if other voters are asked from here on. A voter that recovers has no
     * vote before a leader has caught it up: were this one lost before that, nobody could be elected, ever.
     */
    private boolean isCarried(Configuration next) {
        return !next.isJoint() || next.isQuorum(leading.replication::isFit);
    }

    private List<Member> unfit(Configuration next) {
        return next.members().stream()
                .filter(member -> next.isVoter(member.storeId()) && !leading.replication.isFit(member.storeId()))
                .toList();
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
        } else {
            promoteWhoCaughtUp();
        }
    }

    /** Newcomers that have caught up start to vote: each by itself, those of a plan with all that belongs to it. */
    void promoteWhoCaughtUp() {
        if (!isSettled() || leading.isHandingOver()) {
            return;
        }
        Configuration current = leading.raft.configuration();
        if (current.isPlanned()) {
            Configuration begun = current.begun();
            if (current.members().stream().allMatch(m -> m.voting() != Voting.AWAITED || isCaughtUp(m))
                    && isCarried(begun)) {
                append(begun);
            }
            return;
        }
        Configuration next = current;
        for (Member member : current.members()) {
            if (member.voting() == Voting.NEWCOMER && isCaughtUp(member)) {
                next = next.with(member.as(Voting.INCOMING));
            }
        }
        if (!next.isJoint()) {
            next = current.raised(); // Through the log: so every node's machine changes its ways at the same entry.
        }
        if (!next.equals(current) && isCarried(next)) {
            append(next);
        }
    }

    private boolean isCaughtUp(Member member) {
        return leading.replication.isCaughtUp(member.storeId());
    }

    private void answer() {
        if (!isSettled()) {
            return;
        }
        requests.removeIf(request -> {
            Fate fate = Fate.FULFILLED;
            for (Change.Step step : request.change.steps()) {
                Fate of = fate(step);
                fate = of.compareTo(fate) > 0 ? of : fate;
            }
            if (fate != Fate.OPEN) {
                Rejection undone = fate == Fate.UNDONE ? Rejection.SUPERSEDED : null;
                leading.raft.outbox.add(new Effect.Changed(request.number, undone, true));
            }
            return fate != Fate.OPEN;
        });
    }

    /** How a wish stands in a configuration that has settled, though perhaps with a plan. */
    private Fate fate(Change.Step step) {
        Configuration current = leading.raft.configuration();
        Member member = current.member(step.storeId());
        Voting voting = member == null ? null : member.voting();
        Fate otherwise = current.isPlanned() ? Fate.OPEN : Fate.UNDONE;
        if (step instanceof Change.Remove) {
            return voting == null ? Fate.FULFILLED : otherwise;
        }
        if (voting == null) {
            return Fate.UNDONE;
        }
        if (step instanceof Change.Demote) {
            return voting == Voting.LEARNER ? Fate.FULFILLED : otherwise;
        }
        if (step instanceof Change.Update) {
            return Fate.FULFILLED;
        }
        boolean stays = step instanceof Change.Add add && add.member().voting() == Voting.LEARNER;
        return stays || voting == Voting.VOTER
                ? Fate.FULFILLED
                : voting == Voting.NEWCOMER || voting == Voting.AWAITED ? Fate.OPEN : otherwise;
    }

    /** This node no longer leads: what has begun may or may not come about. */
    void abandon() {
        for (Request request : requests) {
            leading.raft.outbox.add(new Effect.Changed(request.number, null, false));
        }
        requests.clear();
    }
}
