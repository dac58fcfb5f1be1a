package dev.huck.raft.core.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Member.Versions;
import dev.huck.raft.core.consensus.Member.Voting;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a node can find out about itself: each mistake is seen, and what is nearly one and right is not. */
class OwnInvariantsTest {
    private static final Configuration ONE_TO_THREE = configuration(1, Voting.VOTER);

    private final List<String> found = new ArrayList<>();
    private final OwnInvariants invariants = new OwnInvariants((invariant, message) -> found.add(invariant));

    private record Core(
            Role role,
            long term,
            long vote,
            long commitIndex,
            LogPosition base,
            Configuration configuration,
            long... terms)
            implements CoreView {
        @Override
        public long storeId() {
            return 1;
        }

        @Override
        public LogPosition last() {
            return terms.length == 0 ? base : new LogPosition(base.index() + terms.length, terms[terms.length - 1]);
        }

        @Override
        public long termAt(long index) {
            if (index == base.index()) {
                return base.term();
            }
            return index < base.index() || index > last().index() ? 0 : terms[(int) (index - base.index() - 1)];
        }
    }

    private static Configuration configuration(long index, Voting first) {
        return new Configuration(
                index,
                List.of(member(1, first), member(2, Voting.VOTER), member(3, Voting.VOTER)),
                Configuration.Settings.DEFAULT);
    }

    private static Member member(long store, Voting voting) {
        return new Member(store, "n" + store, "h:" + store, voting, Versions.CURRENT);
    }

    private static Core core(Role role, long term, long commit, long... terms) {
        return new Core(role, term, 1, commit, LogPosition.START, ONE_TO_THREE, terms);
    }

    private void expect(String... expected) {
        assertEquals(List.of(expected), found);
        found.clear();
    }

    @Test
    void aTermThatGoesBackIsSeen() {
        invariants.after(core(Role.FOLLOWER, 3, 0));
        expect();
        invariants.after(core(Role.FOLLOWER, 2, 0));
        expect("monotonic progress");
    }

    @Test
    void aLeaderThatOverwritesItsLogIsSeen() {
        invariants.after(core(Role.LEADER, 3, 0, 2, 3, 3));
        invariants.after(core(Role.LEADER, 3, 0, 2, 3, 3, 3));
        expect();
        invariants.after(core(Role.LEADER, 3, 0, 2, 3));
        expect("leader append-only");
    }

    @Test
    void aFollowerMayOverwriteWhatIsNotCommitted() {
        invariants.after(core(Role.LEADER, 3, 1, 3, 3));
        invariants.truncated(core(Role.FOLLOWER, 4, 1, 3, 3), 2);
        invariants.after(core(Role.FOLLOWER, 4, 1, 3, 4));
        expect();
    }

    @Test
    void committedEntriesThatAreDroppedAreSeen() {
        invariants.after(core(Role.LEADER, 3, 2, 3, 3));
        invariants.truncated(core(Role.FOLLOWER, 4, 2, 3, 3), 3);
        expect();
        invariants.truncated(core(Role.FOLLOWER, 4, 2, 3, 3), 2);
        expect("committed entries stay");
    }

    @Test
    void aVoteThatIsTakenBackIsSeen() {
        invariants.after(new Core(Role.FOLLOWER, 3, 0, 0, LogPosition.START, ONE_TO_THREE));
        invariants.after(new Core(Role.FOLLOWER, 3, 2, 0, LogPosition.START, ONE_TO_THREE));
        invariants.after(new Core(Role.FOLLOWER, 4, 0, 0, LogPosition.START, ONE_TO_THREE));
        invariants.after(new Core(Role.FOLLOWER, 4, 3, 0, LogPosition.START, ONE_TO_THREE));
        expect();
        invariants.after(new Core(Role.FOLLOWER, 4, 2, 0, LogPosition.START, ONE_TO_THREE));
        expect("one vote a term");
        invariants.after(new Core(Role.FOLLOWER, 4, 0, 0, LogPosition.START, ONE_TO_THREE));
        expect("one vote a term");
    }

    @Test
    void aLeaderWithoutWhatItKnewToBeCommittedIsSeen() {
        invariants.after(core(Role.FOLLOWER, 3, 2, 3, 3));
        invariants.after(core(Role.LEADER, 5, 2, 3, 3, 5));
        expect();
        OwnInvariants others = new OwnInvariants((invariant, message) -> found.add(invariant));
        others.after(core(Role.FOLLOWER, 3, 2, 3, 3));
        others.after(core(Role.LEADER, 5, 2, 3, 5));
        expect("leader completeness");
    }

    @Test
    void aCommitOfAnEarlierTermsEntryAloneIsSeen() {
        invariants.after(core(Role.LEADER, 5, 2, 3, 5));
        expect();
        OwnInvariants others = new OwnInvariants((invariant, message) -> found.add(invariant));
        others.after(core(Role.LEADER, 5, 1, 3, 5));
        expect("commit by the own term");
    }

    @Test
    void aLeaderThatWasRemovedAndStaysIsSeen() {
        Configuration without = configuration(2, Voting.LEARNER);
        invariants.after(new Core(Role.LEADER, 3, 1, 1, LogPosition.START, without, 3, 3));
        expect();
        invariants.after(new Core(Role.LEADER, 3, 1, 2, LogPosition.START, without, 3, 3));
        expect("a removed leader goes");
    }

    @Test
    void aSnapshotOfOthersStandsForWhatWasNotSeenHere() {
        invariants.after(core(Role.FOLLOWER, 3, 1, 3));
        invariants.after(new Core(Role.FOLLOWER, 4, 0, 9, new LogPosition(9, 4), ONE_TO_THREE));
        invariants.after(new Core(Role.FOLLOWER, 4, 0, 10, new LogPosition(9, 4), ONE_TO_THREE, 4, 4));
        expect();
        invariants.truncated(core(Role.FOLLOWER, 5, 10), 10);
        expect("committed entries stay");
    }

    @Test
    void whatIsFoundEndsTheNode() {
        OwnInvariants strict = new OwnInvariants();
        strict.after(core(Role.FOLLOWER, 3, 0));
        assertThrows(AssertionError.class, () -> strict.after(core(Role.FOLLOWER, 2, 0)));
    }
}
