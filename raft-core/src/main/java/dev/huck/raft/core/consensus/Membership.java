package dev.huck.raft.core.consensus;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.core.consensus.Member.Voting;
import dev.huck.raft.core.consensus.Message.TimeoutNow;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Changes of membership: one at a time, voters always by a joint configuration (Raft §6; dissertation §4.3). A change may
 * begin once an entry of this term and the configuration before it are committed; whoever leads when a joint one is
 * committed ends it. Who is to vote catches up first (dissertation §4.2.1): until then the change stands in the
 * configuration as a plan.
 *
 * <p>A joint configuration is proposed on fresh knowledge alone: once those that have answered a round which left after it
 * was asked for would carry it. Who was in touch before that may be gone, or may have forgotten what it promised.
 */
final class Membership {
    private final Leader leading;
    private final List<Request> requests = new ArrayList<>();
    /** The change that waits for its round, not proposed yet: at most one. */
    private @Nullable Asked asked;
    /** The round that the promotion of those who have caught up waits for. A change that comes goes first. */
    private @Nullable Round promotion;

    /** Somebody waits for what a change asks for. */
    private record Request(long number, Change change) {}

    /** A round of heartbeats that left after something was asked for, and until when its answers are news. */
    private record Round(long number, long until) {}

    private record Asked(Event.ChangeMembers event, Round round) {}

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
        ChangePlan plan = ChangePlan.of(leading.raft.configuration(), event.change());
        Rejection refused = refusal(plan);
        if (refused != null) {
            refuse(event, refused, List.of());
        } else if (plan.next().isJoint()) {
            asked = new Asked(event, openRound());
            judge();
        } else {
            // Nobody's vote is at stake; and who has moved can't answer before it is known where to.
            accept(event, plan);
        }
    }

    private @Nullable Rejection refusal(ChangePlan plan) {
        boolean changes = !plan.next().equals(leading.raft.configuration());
        if (plan.refused() != null || !changes) {
            return plan.refused();
        }
        if (leading.isHandingOver()) {
            return Rejection.TRANSFERRING;
        }
        return isSettled() && asked == null ? null : Rejection.CHANGE_IN_PROGRESS;
    }

    private Round openRound() {
        Raft raft = leading.raft;
        return new Round(
                leading.replication.heartbeat(), raft.now + raft.settings().electionMinNanos());
    }

    /** Peers have answered, or time has passed. */
    void heard() {
        judge();
        promoteWhoCaughtUp();
    }

    /** Proposes the change that waits if those who have answered since carry it; refuses it if they don't in time. */
    private void judge() {
        Asked waiting = asked;
        if (waiting == null) {
            return;
        }
        asked = null;
        ChangePlan plan = ChangePlan.of(leading.raft.configuration(), waiting.event.change());
        Rejection refused = refusal(plan);
        if (refused != null) {
            refuse(waiting.event, refused, List.of());
        } else if (isCarried(plan.next(), waiting.round)) {
            accept(waiting.event, plan);
        } else if (leading.raft.now >= waiting.round.until) {
            refuse(waiting.event, Rejection.UNFIT_VOTERS, unfit(plan.next(), waiting.round));
        } else {
            asked = waiting;
        }
    }

    private void accept(Event.ChangeMembers event, ChangePlan plan) {
        if (!plan.next().equals(leading.raft.configuration())) {
            append(plan.next());
        }
        requests.add(
                new Request(event.request(), event.change())); // If nothing changes: waits with whoever asked first.
        answer();
    }

    private void refuse(Event.ChangeMembers event, Rejection reason, List<Member> unfit) {
        leading.raft.outbox.add(new Effect.Changed(event.request(), reason, true, unfit));
    }

    /**
     * Whether those whose word counts are a quorum, if other voters are asked from here on. A voter that recovers has no
     * vote before a leader has caught it up: were this one lost before that, nobody could be elected, ever. And who begins
     * to vote must be there itself.
     */
    private boolean isCarried(Configuration next, Round round) {
        return next.isQuorum(voter -> leading.replication.isFit(voter, round.number))
                && next.members().stream()
                        .filter(member -> member.voting() == Voting.INCOMING)
                        .allMatch(member -> leading.replication.isFit(member.storeId(), round.number));
    }

    private List<Member> unfit(Configuration next, Round round) {
        return next.members().stream()
                .filter(member ->
                        next.isVoter(member.storeId()) && !leading.replication.isFit(member.storeId(), round.number))
                .toList();
    }

    private boolean isSettled() {
        Configuration current = leading.raft.configuration();
        return leading.hasOpened() && current.index() <= leading.raft.commit && !current.isJoint();
    }

    private void append(Configuration next) {
        promotion = null;
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
            long heir = leading.replication.mostUpToDateVoter(new TreeSet<>());
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
        if (!isSettled() || asked != null || leading.isHandingOver()) {
            return;
        }
        Configuration current = leading.raft.configuration();
        Configuration next = withWhoCaughtUp(current);
        if (next.isJoint()) {
            promote(next);
        } else if (!next.equals(current)) {
            append(next);
        }
    }

    private void promote(Configuration next) {
        Round round = promotion;
        if (round == null || leading.raft.now >= round.until) {
            round = openRound();
        }
        promotion = round;
        if (isCarried(next, round)) {
            append(next);
        }
    }

    private Configuration withWhoCaughtUp(Configuration current) {
        if (current.isPlanned()) {
            boolean ready = current.members().stream().allMatch(m -> m.voting() != Voting.AWAITED || isCaughtUp(m));
            return ready ? current.begun() : current;
        }
        Configuration next = current;
        for (Member member : current.members()) {
            if (member.voting() == Voting.NEWCOMER && isCaughtUp(member)) {
                next = next.with(member.as(Voting.INCOMING));
            }
        }
        // Through the log: so every node's machine changes its ways at the same entry.
        return next.isJoint() ? next : current.raised();
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

    /** This node no longer leads: what has begun may or may not come about; what waited for its round never will. */
    void abandon() {
        Asked waiting = asked;
        if (waiting != null) {
            refuse(waiting.event, Rejection.NOT_LEADER, List.of());
        }
        asked = null;
        for (Request request : requests) {
            leading.raft.outbox.add(new Effect.Changed(request.number, null, false));
        }
        requests.clear();
    }
}
