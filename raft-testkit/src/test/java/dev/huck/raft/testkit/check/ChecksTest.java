package dev.huck.raft.testkit.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Consistency;
import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Entries;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Member.Versions;
import dev.huck.raft.core.consensus.Member.Voting;
import dev.huck.raft.testkit.check.ClientOperation.Kind;
import dev.huck.raft.testkit.check.ClientOperation.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Each check must be able to fail: here it sees what it is for, and what is nearly so and right. */
class ChecksTest {
    private final List<String> found = new ArrayList<>();
    private final Report report = (invariant, message) -> found.add(invariant);
    private final CommittedLog committed = new CommittedLog();

    /** A core made up of what a test needs. */
    private record Core(
            long storeId,
            Role role,
            long term,
            long vote,
            long commitIndex,
            LogPosition base,
            Configuration configuration,
            long... terms)
            implements CoreView {

        @Override
        public LogPosition last() {
            int count = terms.length;
            return count == 0 ? base : new LogPosition(base.index() + count, terms[count - 1]);
        }

        @Override
        public long termAt(long index) {
            if (index == base.index()) {
                return base.term();
            }
            return index < base.index() || index > last().index() ? 0 : terms[(int) (index - base.index() - 1)];
        }
    }

    private static Core core(long storeId, Role role, long term, long commit, long... terms) {
        return new Core(storeId, role, term, 0, commit, LogPosition.START, voters(1, 2, 3), terms);
    }

    private static Configuration voters(long... stores) {
        return new Configuration(
                1,
                LongStream.of(stores)
                        .mapToObj(store -> member(store, Voting.VOTER))
                        .toList(),
                Configuration.Settings.DEFAULT);
    }

    private static Member member(long store, Voting voting) {
        return new Member(store, "n" + store, "h:" + store, voting, Versions.CURRENT);
    }

    @Test
    void twoLeadersOfOneTermAreSeen() {
        ElectionSafety check = new ElectionSafety(report);
        check.observe(core(1, Role.LEADER, 5, 0));
        check.observe(core(1, Role.LEADER, 5, 0));
        check.observe(core(2, Role.LEADER, 6, 0));
        expectNothing();
        check.observe(core(3, Role.LEADER, 5, 0));
        expect("election safety");
    }

    @Test
    void termThatGoesBackIsSeen() {
        MonotonicProgress check = new MonotonicProgress(report);
        check.observe(core(1, Role.FOLLOWER, 5, 0));
        expectNothing();
        check.observe(core(1, Role.FOLLOWER, 4, 0));
        expect("monotonic progress");
    }

    @Test
    void commitBeyondTheLogIsSeen() {
        new MonotonicProgress(report).observe(core(1, Role.FOLLOWER, 5, 2, 5));
        expect("monotonic progress");
    }

    @Test
    void differentEntriesOfOneIndexAndTermAreSeen() {
        LogMatching check = new LogMatching(report);
        check.appended(LogPosition.START, entry(1, 1, "a"));
        check.appended(LogPosition.START, entry(1, 1, "a"));
        check.appended(LogPosition.START, entry(1, 2, "b"));
        expectNothing();
        check.appended(LogPosition.START, entry(1, 1, "b"));
        expect("log matching");
    }

    @Test
    void sameEntryBehindDifferentOnesIsSeen() {
        LogMatching check = new LogMatching(report);
        check.appended(new LogPosition(1, 1), entry(2, 3, "a"));
        check.appended(new LogPosition(1, 2), entry(2, 3, "a"));
        expect("log matching");
    }

    @Test
    void commitOfWhatNoQuorumHoldsIsSeen() {
        Set<Long> holders = Set.of(1L, 2L);
        CommitSafety check = new CommitSafety(report, (store, index, term) -> holders.contains(store), committed);
        check.observe(core(1, Role.LEADER, 5, 1, 5), 0, Configuration.EMPTY);
        expectNothing();
        Core five = new Core(1, Role.LEADER, 5, 0, 2, LogPosition.START, voters(1, 2, 3, 4, 5), 5, 5);
        check.observe(five, 1, voters(1, 2, 3, 4, 5));
        expect("commit needs a quorum");
    }

    @Test
    void commitOfAnEarlierTermsEntryAloneIsSeen() {
        CommitSafety check = new CommitSafety(report, (store, index, term) -> true, committed);
        check.observe(core(1, Role.LEADER, 5, 2, 4, 5), 0, Configuration.EMPTY);
        expectNothing();
        check.observe(core(1, Role.LEADER, 6, 3, 4, 5, 5), 2, Configuration.EMPTY);
        expect("commit by the own term");
    }

    @Test
    void learnerDoesNotCount() {
        Configuration configuration = voters(1, 2).with(member(3, Voting.NEWCOMER));
        assertTrue(Quorums.isQuorum(configuration, store -> store < 3));
        assertEquals(false, Quorums.isQuorum(configuration, store -> store != 2));
    }

    @Test
    void jointConfigurationNeedsBothHalves() {
        Configuration joint = voters(1, 2, 3).with(member(3, Voting.OUTGOING)).with(member(4, Voting.INCOMING));
        assertEquals(false, Quorums.isQuorum(joint, store -> store == 2 || store == 3));
        assertTrue(Quorums.isQuorum(joint, store -> store == 1 || store == 2));
    }

    @Test
    void otherEntryCommittedAtTheSameIndexIsSeen() {
        CommitSafety check = new CommitSafety(report, (store, index, term) -> true, committed);
        check.observe(core(1, Role.LEADER, 5, 1, 5), 0, Configuration.EMPTY);
        check.observe(core(2, Role.FOLLOWER, 6, 1, 6), 0, Configuration.EMPTY);
        expect("committed entries stay");
    }

    @Test
    void leaderWithoutACommittedEntryIsSeen() {
        committed.add(5, 5);
        LeaderCompleteness check = new LeaderCompleteness(report, committed);
        check.elected(core(1, Role.LEADER, 6, 0, 5));
        check.elected(core(2, Role.LEADER, 5, 0));
        expectNothing();
        check.elected(core(3, Role.LEADER, 6, 0, 4));
        expect("leader completeness");
    }

    @Test
    void droppedCommittedEntryIsSeen() {
        committed.add(5, 5);
        CommittedKept check = new CommittedKept(report, committed);
        check.dropped(entry(1, 4, "a"));
        check.dropped(entry(2, 5, "a"));
        expectNothing();
        check.dropped(entry(1, 5, "a"));
        expect("committed entries stay");
    }

    @Test
    void secondVoteInATermIsSeen() {
        VoteOncePerTerm check = new VoteOncePerTerm(report);
        check.left(1, 5, 2, 5, 2);
        check.left(1, 5, 2, 5, 2);
        check.left(1, 6, 3, 6, 3);
        expectNothing();
        check.left(1, 6, 2, 6, 2);
        expect("one vote a term");
    }

    @Test
    void voteThatIsNotOnTheDiskIsSeen() {
        new VoteOncePerTerm(report).left(1, 5, 2, 5, 0);
        expect("votes are durable");
    }

    @Test
    void voteForgottenByARestartIsSeen() {
        VoteOncePerTerm check = new VoteOncePerTerm(report);
        check.left(1, 5, 2, 5, 2);
        check.started(new Core(1, Role.FOLLOWER, 5, 2, 0, LogPosition.START, voters(1)));
        expectNothing();
        check.started(new Core(1, Role.FOLLOWER, 5, 0, 0, LogPosition.START, voters(1)));
        expect("votes are durable");
    }

    @Test
    void configurationThatTheLogDoesNotHoldIsSeen() {
        committed.add(1, 1);
        ConfigurationSafety check = new ConfigurationSafety(report, committed);
        check.appended(new LogEntry(1, 1, Entries.configuration(0, voters(1, 2, 3))));
        check.observe(core(1, Role.FOLLOWER, 1, 1, 1));
        expectNothing();
        check.observe(new Core(2, Role.FOLLOWER, 1, 0, 1, new LogPosition(1, 1), Configuration.EMPTY));
        expect("configuration safety");
    }

    @Test
    void commandAppliedTwiceIsSeen() {
        committed.add(1, 1);
        AppliedHistory check = new AppliedHistory(report, committed);
        check.applied(0, at(1, 0), 7, 100);
        check.applied(0, at(1, 0), 7, 100);
        expectNothing();
        check.applied(1, at(1, 0), 7, 101);
        assertTrue(found.contains("state machine safety"), found::toString);
    }

    @Test
    void otherCommandAtTheSamePlaceIsSeen() {
        committed.add(1, 1);
        AppliedHistory check = new AppliedHistory(report, committed);
        check.applied(0, at(1, 0), 7, 100);
        check.applied(0, at(1, 0), 8, 101);
        expect("state machine safety");
    }

    @Test
    void commandAppliedBeforeItsCommitIsSeen() {
        new AppliedHistory(report, committed).applied(0, at(1, 0), 7, 100);
        expect("apply only what is committed");
    }

    @Test
    void snapshotOfAnotherStateIsSeen() {
        committed.add(1, 1);
        AppliedHistory check = new AppliedHistory(report, committed);
        check.applied(0, at(1, 0), 7, 100);
        check.restored(1, 100);
        expectNothing();
        check.restored(1, 99);
        expect("state machine safety");
    }

    @Test
    void readOfAnOlderStateThanWasShownIsSeen() {
        RealTimeOrder check = new RealTimeOrder(report);
        ClientOperation write = done(1, 1, Kind.SET, check.shown(), at(4, 0), 1);
        check.answered(write);
        check.answered(done(2, 2, Kind.GET, check.shown(), at(4, 0), 1));
        expectNothing();
        check.answered(done(3, 2, Kind.GET, check.shown(), at(3, 0), 0));
        expect("linearizability");
    }

    @Test
    void staleReadIsFineWhereItIsPromisedNoBetter() {
        RealTimeOrder check = new RealTimeOrder(report);
        check.answered(done(1, 1, Kind.SET, check.shown(), at(4, 0), 1));
        check.answered(low(2, check.floor(Consistency.LOW, -1, 0), at(3, 0)));
        expectNothing();
    }

    @Test
    void readThatIsOlderThanItsBoundIsSeen() {
        RealTimeOrder check = new RealTimeOrder(report);
        ClientOperation write = done(1, 1, Kind.SET, 0, at(4, 0), 1);
        write.returned = 1000;
        check.answered(write);
        check.answered(low(2, check.floor(Consistency.LOW, 999, 0), at(3, 0)));
        expectNothing();
        check.answered(low(3, check.floor(Consistency.LOW, 1000, 0), at(3, 0)));
        expect("staleness");
    }

    @Test
    void readThatDoesNotHoldTheIndexThatItNamesIsSeen() {
        RealTimeOrder check = new RealTimeOrder(report);
        check.answered(low(1, check.floor(Consistency.LOW, -1, 5), at(5, 2)));
        expectNothing();
        check.answered(low(2, check.floor(Consistency.LOW, -1, 5), at(4, 9)));
        expect("staleness");
    }

    @Test
    void writeOfUnknownOutcomeThatTakesEffectBehindALaterOneIsSeen() {
        CommittedLog log = new CommittedLog();
        log.add(1, 1);
        AppliedHistory applied = new AppliedHistory(report, log);
        applied.applied(0, at(1, 0), 2, 1);
        applied.applied(1, at(1, 1), 1, 2);
        ClientOperation unknown = new ClientOperation(1, 1, Kind.SET, 0, 0, Consistency.HIGH, 0);
        unknown.outcome = Outcome.UNKNOWN;
        new SessionOrder(report, applied).check(List.of(unknown, done(2, 1, Kind.SET, 0, at(1, 0), 2)));
        expect("order of a connection");
    }

    @Test
    void readThatSeesALaterWriteOfItsConnectionIsSeen() {
        AppliedHistory applied = applied(1L);
        ClientOperation read = done(2, 1, Kind.GET, 0, at(1, 0), 1);
        ClientOperation write = done(1, 1, Kind.SET, 0, at(1, 0), 1);
        new SessionOrder(report, applied).check(List.of(write, read));
        expectNothing();
        new SessionOrder(report, applied).check(List.of(read, write));
        expect("order of a connection");
    }

    @Test
    void readThatMissesAnEarlierWriteOfItsConnectionIsSeen() {
        new SessionOrder(report, applied(1L))
                .check(List.of(done(1, 1, Kind.SET, 0, at(1, 0), 1), done(2, 1, Kind.GET, 0, 0, 0)));
        expect("order of a connection");
    }

    @Test
    void lostAcknowledgedWriteAndRefusedOneThatHappenedAreSeen() {
        ClientOperation refused = new ClientOperation(1, 1, Kind.SET, 0, 0, Consistency.HIGH, 0);
        refused.outcome = Outcome.REFUSED;
        new KnownOutcomes(report, applied(1L)).check(List.of(refused));
        expect("refused never happens");
        new KnownOutcomes(report, applied(1L)).check(List.of(done(2, 1, Kind.SET, 0, at(9, 0), 2)));
        expect("acknowledged is never lost");
    }

    @Test
    void wrongValueIsSeen() {
        AppliedHistory applied = applied(1L);
        ClientOperation write = done(1, 1, Kind.SET, 0, at(1, 0), 1);
        new ReadValues(report, applied).check(List.of(write, done(2, 2, Kind.GET, 0, at(1, 0), 1)));
        expectNothing();
        new ReadValues(report, applied).check(List.of(write, done(2, 2, Kind.GET, 0, at(1, 0), 5)));
        expect("values");
    }

    private AppliedHistory applied(long command) {
        CommittedLog log = new CommittedLog();
        log.add(1, 1);
        AppliedHistory history = new AppliedHistory(report, log);
        history.applied(0, at(1, 0), command, 1);
        return history;
    }

    private static ClientOperation done(long id, int connection, Kind kind, long floor, long position, long value) {
        ClientOperation operation = new ClientOperation(id, connection, kind, 0, 0, Consistency.HIGH, floor);
        operation.outcome = Outcome.DONE;
        operation.position = position;
        operation.value = value;
        return operation;
    }

    private static ClientOperation low(long id, long floor, long position) {
        ClientOperation operation = new ClientOperation(id, 2, Kind.GET, 0, 0, Consistency.LOW, floor);
        operation.outcome = Outcome.DONE;
        operation.position = position;
        return operation;
    }

    private static long at(long index, int ordinal) {
        return AppliedHistory.position(index, ordinal);
    }

    private static LogEntry entry(long index, long term, String content) {
        return new LogEntry(index, term, content.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private void expectNothing() {
        assertEquals(List.of(), found);
    }

    private void expect(String invariant) {
        assertEquals(List.of(invariant), found);
        found.clear();
    }
}
