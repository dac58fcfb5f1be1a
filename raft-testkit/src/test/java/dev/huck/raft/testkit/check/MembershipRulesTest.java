package dev.huck.raft.testkit.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Entries;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Member.Versions;
import dev.huck.raft.core.consensus.Member.Voting;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each rule must be able to fail. */
class MembershipRulesTest {
    private final List<String> found = new ArrayList<>();
    private final CommittedLog committed = new CommittedLog();
    private long durable = 100;
    private final MembershipRules rules =
            new MembershipRules((invariant, message) -> found.add(invariant), committed, store -> durable, 1_000);

    /** A node whose log is of one term, but for the entries before {@code own}. */
    private record Core(Role role, long term, long own, long commitIndex, Configuration configuration)
            implements CoreView {
        @Override
        public long storeId() {
            return 1;
        }

        @Override
        public boolean isRecovering() {
            return false;
        }

        @Override
        public long vote() {
            return 0;
        }

        @Override
        public LogPosition last() {
            return new LogPosition(100, term);
        }

        @Override
        public LogPosition base() {
            return LogPosition.START;
        }

        @Override
        public long termAt(long index) {
            return index >= own ? term : term - 1;
        }
    }

    private static Configuration configuration(long index, Voting first, Voting second) {
        return new Configuration(
                index,
                List.of(
                        new Member(1, "n1", "h:1", first, Versions.CURRENT),
                        new Member(2, "n2", "h:2", second, Versions.CURRENT)),
                Configuration.Settings.DEFAULT);
    }

    private void expect(String... invariants) {
        assertEquals(List.of(invariants), found);
        found.clear();
    }

    @Test
    void aLeaderThatIsRemovedAndStaysIsSeen() {
        Configuration joint = configuration(10, Voting.OUTGOING, Voting.VOTER);
        Configuration without = joint.afterJoint().at(11);
        rules.observe(0, new Core(Role.LEADER, 3, 5, 10, joint), joint);
        rules.observe(0, new Core(Role.LEADER, 3, 5, 10, without), without);
        rules.observe(0, new Core(Role.FOLLOWER, 3, 5, 11, without), without);
        expect();
        rules.observe(0, new Core(Role.LEADER, 3, 5, 11, without), without);
        expect("a removed leader goes");
        Configuration demoted = configuration(12, Voting.LEARNER, Voting.VOTER);
        rules.observe(0, new Core(Role.LEADER, 3, 5, 12, demoted), demoted);
        expect("a removed leader goes");
    }

    @Test
    void aChangeBeforeAnEntryOfTheOwnTermIsSeen() {
        Configuration before = configuration(4, Voting.VOTER, Voting.VOTER);
        Configuration after = configuration(10, Voting.VOTER, Voting.OUTGOING);
        rules.observe(0, new Core(Role.LEADER, 3, 9, 9, after), before);
        rules.observe(0, new Core(Role.FOLLOWER, 3, 9, 8, after), before);
        rules.observe(0, new Core(Role.LEADER, 3, 11, 8, after), before); // Inherited.
        expect();
        rules.observe(0, new Core(Role.LEADER, 3, 9, 8, after), before);
        expect("no change before an own entry");
    }

    @Test
    void aSecondChangeBeforeTheFirstIsCommittedIsSeen() {
        Configuration before = configuration(9, Voting.VOTER, Voting.NEWCOMER);
        Configuration after = configuration(10, Voting.VOTER, Voting.LEARNER);
        rules.observe(0, new Core(Role.LEADER, 3, 5, 9, after), before);
        expect();
        rules.observe(0, new Core(Role.LEADER, 3, 5, 8, after), before);
        expect("one change at a time");
    }

    @Test
    void aVoterThatLacksWhatWasCommittedLongAgoIsSeen() {
        Configuration before = configuration(5, Voting.VOTER, Voting.NEWCOMER);
        Configuration after = configuration(10, Voting.VOTER, Voting.INCOMING);
        for (int i = 0; i < 8; i++) {
            committed.add(3, 3);
        }
        rules.observe(0, new Core(Role.LEADER, 3, 1, 8, before), before);
        durable = 7;
        rules.observe(999, new Core(Role.LEADER, 3, 1, 8, after), before);
        expect();
        committed.add(3, 3);
        rules.observe(1_500, new Core(Role.LEADER, 3, 1, 9, before), before);
        durable = 8;
        rules.observe(2_000, new Core(Role.LEADER, 3, 1, 9, after), before);
        expect();
        durable = 7;
        rules.observe(2_000, new Core(Role.LEADER, 3, 1, 9, after), before);
        expect("who votes has caught up");
        rules.observe(2_000, new Core(Role.LEADER, 3, 1, 9, after), after);
        expect();
    }

    @Test
    void aConfigurationWhoseEntryIsGoneIsSeen() {
        ConfigurationSafety check = new ConfigurationSafety((invariant, message) -> found.add(invariant), committed);
        Configuration gone = configuration(10, Voting.VOTER, Voting.VOTER);
        check.appended(new LogEntry(10, 2, Entries.configuration(0, gone)));
        check.appended(new LogEntry(10, 3, Entries.noop(0)));
        check.observeHeld(new Core(Role.FOLLOWER, 3, 11, 9, gone)); // It is of term 2.
        expect();
        check.observeHeld(new Core(Role.FOLLOWER, 3, 10, 9, gone));
        expect("configuration safety");
        check.observeHeld(new Core(Role.FOLLOWER, 3, 200, 9, configuration(101, Voting.VOTER, Voting.VOTER)));
        expect("configuration safety");
    }
}
