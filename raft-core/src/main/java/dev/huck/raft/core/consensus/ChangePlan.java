package dev.huck.raft.core.consensus;

import dev.huck.raft.core.consensus.Member.Voting;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a change makes of a configuration. Pure.
 *
 * @param next the configuration to append, not yet at an index; the one in force if there is nothing to do
 * @param refused why nothing is to be appended; null if it is not refused
 */
record ChangePlan(Configuration next, @Nullable Rejection refused) {

    /** Works a change out, as if the configuration had settled. */
    static ChangePlan of(Configuration current, Change change) {
        if (change.basis() != 0 && change.basis() != current.index()) {
            return refused(current, Rejection.CONFIGURATION_CHANGED);
        }
        TreeMap<Long, Member> members = new TreeMap<>();
        current.members().forEach(member -> members.put(member.storeId(), member));
        for (Change.Step step : change.steps()) {
            Rejection refused = take(step, members);
            if (refused != null) {
                return refused(current, refused);
            }
        }
        Configuration changed = new Configuration(
                current.index(), List.copyOf(members.values()), current.settings(), current.machine());
        if (changed.equals(current)) {
            return new ChangePlan(current, null);
        }
        Rejection wrong = check(current, changed);
        if (wrong != null) {
            return refused(current, wrong);
        }
        if (current.isPlanned() && !isUpdate(current, change)) {
            return abandons(current, change)
                    ? new ChangePlan(changed.abandoned(), null)
                    : refused(current, Rejection.CHANGE_IN_PROGRESS);
        }
        Configuration next = settle(changed);
        return new ChangePlan(next.members().equals(current.members()) ? current : next, null);
    }

    private static ChangePlan refused(Configuration current, Rejection reason) {
        return new ChangePlan(current, reason);
    }

    private static @Nullable Rejection take(Change.Step step, TreeMap<Long, Member> members) {
        Member there = members.get(step.storeId());
        if (step instanceof Change.Add add) {
            Member member = add.member();
            Voting voting = member.voting() == Voting.LEARNER ? Voting.LEARNER : Voting.AWAITED;
            members.put(
                    member.storeId(),
                    there == null ? member.as(voting) : there.at(member.address(), member.versions()));
            return null;
        }
        if (there == null) {
            return Rejection.UNKNOWN_MEMBER;
        }
        Voting voting = there.voting();
        if (step instanceof Change.Remove) {
            if (voting.isFull()) {
                members.put(step.storeId(), there.as(Voting.LEAVING));
            } else if (voting != Voting.OUTGOING) {
                members.remove(step.storeId());
            }
        } else if (step instanceof Change.Promote) {
            if (voting == Voting.LEARNER || voting == Voting.NEWCOMER) {
                members.put(step.storeId(), there.as(Voting.AWAITED));
            } else if (voting.isFull()) {
                members.put(step.storeId(), there.as(Voting.VOTER));
            }
        } else if (step instanceof Change.Demote) {
            if (voting == Voting.NEWCOMER || voting == Voting.AWAITED) {
                members.put(step.storeId(), there.as(Voting.LEARNER));
            } else if (voting.isFull()) {
                members.put(step.storeId(), there.as(Voting.RETREATING));
            }
        } else if (step instanceof Change.Update update) {
            members.put(step.storeId(), there.at(update.address(), update.versions()));
        }
        return null;
    }

    private static @Nullable Rejection check(Configuration current, Configuration changed) {
        for (Member one : changed.members()) {
            if (current.member(one.storeId()) == null && !changed.isUnderstoodBy(one)) {
                return Rejection.INCOMPATIBLE;
            }
            for (Member other : changed.members()) {
                if (one.storeId() < other.storeId()
                        && (one.nodeId().equals(other.nodeId()) || one.address().equals(other.address()))) {
                    return Rejection.NAME_TAKEN;
                }
            }
        }
        return changed.begun().afterJoint().members().stream().noneMatch(Member::votesInNew)
                ? Rejection.LAST_VOTER
                : null;
    }

    /** Whether it says no more than where members are: one that is awaited does so by asking to be let in once more. */
    private static boolean isUpdate(Configuration current, Change change) {
        return change.steps().stream()
                .allMatch(step -> step instanceof Change.Update
                        || (step instanceof Change.Add && current.member(step.storeId()) != null));
    }

    /** Whether it does nothing but give somebody up for whom a planned change waits. */
    private static boolean abandons(Configuration current, Change change) {
        for (Change.Step step : change.steps()) {
            Member there = current.member(step.storeId());
            boolean gives = step instanceof Change.Remove || step instanceof Change.Demote;
            if (!gives || there == null || there.voting() != Voting.AWAITED) {
                return false;
            }
        }
        return true;
    }

    /** Nobody has to wait for others where nothing else changes, nor where nobody has to catch up. */
    private static Configuration settle(Configuration changed) {
        List<Member> awaited = changed.members().stream()
                .filter(member -> member.voting() == Voting.AWAITED)
                .toList();
        if (awaited.isEmpty()) {
            return changed.begun();
        }
        boolean alone = awaited.size() == 1
                && changed.members().stream()
                        .noneMatch(m -> m.voting() == Voting.LEAVING || m.voting() == Voting.RETREATING);
        return alone ? changed.with(awaited.get(0).as(Voting.NEWCOMER)) : changed;
    }
}
