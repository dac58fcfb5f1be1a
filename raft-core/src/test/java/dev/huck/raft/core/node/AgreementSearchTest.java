package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.core.consensus.Comparison;
import dev.huck.raft.core.consensus.Comparison.Answer;
import dev.huck.raft.core.consensus.Comparison.Question;
import dev.huck.raft.core.consensus.Comparison.Report;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Entries;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Member.Voting;
import dev.huck.raft.core.storage.Incarnation;
import dev.huck.raft.core.storage.SnapshotFiles;
import dev.huck.raft.core.wire.FrameException;
import dev.huck.raft.core.wire.PeerCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** One node's search for the first difference, step by step: the test says what the others answer, and when. */
class AgreementSearchTest {
    private static final long SELF = 1;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int WINDOW = Digest.KEPT;

    private final StepStage stage = new StepStage();
    private final MachineState state;
    private final Peers peers;
    private final Agreement agreement;
    private final List<Agreement.Finding> findings = new ArrayList<>();
    private final List<Asked> asked = new ArrayList<>();
    private int reports;

    private record Asked(long peer, long call, long index) {}

    AgreementSearchTest() throws IOException {
        state = new MachineState(() -> new TestMachine(() -> false), SnapshotFiles.open(new MemoryDisk(), 2));
        peers = new Peers(
                SELF, new Incarnation(1, SELF), address(SELF), new TestTransport(this::sent), 1, new Metrics());
        members(3, 0);
        agreement = new Agreement(SELF, peers, stage, stage::execute, state, findings::add);
        agreement.start();
    }

    private void sent(String address, byte[] frame) {
        try {
            Comparison message = (Comparison) PeerCodec.decode(frame).message();
            if (message instanceof Question question) {
                asked.add(new Asked(Long.parseLong(address.split("[.:]")[3]), question.call(), question.index()));
            } else if (message instanceof Report) {
                reports++;
            }
        } catch (FrameException e) {
            throw new AssertionError(e);
        }
    }

    private static String address(long store) {
        return "10.0.0." + store + ":7481";
    }

    private void members(int voters, int learners) {
        List<Member> members = new ArrayList<>();
        for (long store = 1; store <= voters + learners; store++) {
            Voting voting = store <= voters ? Voting.VOTER : Voting.LEARNER;
            members.add(new Member(store, "n" + store, address(store), voting, Member.Versions.CURRENT));
        }
        Configuration configuration = new Configuration(1, members, Configuration.Settings.DEFAULT);
        peers.configuration(configuration);
        state.configured(configuration);
    }

    private void apply(long to) {
        for (long index = state.digest().index() + 1; index <= to; index++) {
            state.digest().applied(new LogEntry(index, 1, Entries.noop(index)));
        }
        agreement.moved();
    }

    private void reported(long peer, long index, long digest) {
        agreement.reported(new Report(peer, index, digest));
    }

    /** What was asked since this was asked last. */
    private List<Asked> asked() {
        List<Asked> news = List.copyOf(asked);
        asked.clear();
        return news;
    }

    private Asked askedOnce() {
        List<Asked> news = asked();
        assertEquals(1, news.size(), news.toString());
        return news.get(0);
    }

    private void answer(Asked question, long peer, long oldest, long newest, long digest) {
        agreement.answered(new Answer(question.call, peer, question.index, oldest, newest, digest));
    }

    /** As a peer does that is right up to an entry, and wrong behind it. */
    private void answer(Asked question, long rightTo) {
        long right = state.digest().at(question.index);
        answer(question, question.peer, 1, 1_000_000, question.index <= rightTo ? right : ~right);
    }

    /** Makes 2 differ at an entry and 3 agree, and gives what 2 is asked then. */
    private Asked searching(long at) {
        reported(2, at, ~state.digest().at(at));
        List<Asked> all = asked();
        assertEquals(List.of(2L, 3L), all.stream().map(Asked::peer).toList());
        answer(all.get(1), at);
        assertEquals(List.of(), asked(), "not all have answered");
        answer(all.get(0), 0);
        return askedOnce();
    }

    /** Answers as 2 does that is right up to an entry, until nothing more is asked. */
    private void answerAll(Asked first, long rightTo) {
        for (Asked next = first; next != null; next = asked.isEmpty() ? null : askedOnce()) {
            assertEquals(2, next.peer);
            answer(next, rightTo);
        }
    }

    @Test
    void theSearchBeginsAsSoonAsAllHaveAnsweredAndEndsWithTheFirstDifference() {
        apply(100);
        answerAll(searching(100), 59);
        assertEquals(List.of(new Agreement.Finding(60, true, 2, Set.of(2L))), findings);
    }

    @Test
    void whatIsSettledIsNotSearchedAgainUntilItAgreedOnceMore() {
        apply(100);
        answerAll(searching(100), 59);
        reported(2, 100, 1);
        assertEquals(List.of(), asked());
        reported(2, 100, state.digest().at(100));
        apply(200);
        answerAll(searching(200), 179);
        assertEquals(
                List.of(60L, 180L),
                findings.stream().map(Agreement.Finding::index).toList());
    }

    @Test
    void whatWasFoundBeforeThisMachineWasRebuiltIsFoundOnceMore() {
        apply(100);
        answerAll(searching(100), 59);
        agreement.restarted();
        answerAll(searching(100), 59);
        assertEquals(2, findings.size());
    }

    @Test
    void aSearchIsVoidWhenThisMachineIsRebuilt() {
        apply(100);
        Asked question = searching(100);
        agreement.restarted();
        answer(question, 59);
        assertEquals(List.of(), asked());
    }

    @Test
    void theOldestWordOfAPeerThatIsAheadIsComparedWhenItsEntryIsApplied() {
        reported(2, 100, 1);
        reported(2, 200, 2);
        apply(99);
        assertEquals(List.of(), asked());
        apply(100);
        assertEquals(List.of(100L, 100L), asked().stream().map(Asked::index).toList());
    }

    @Test
    void aWordAboutWhatIsNotKeptAnyMoreIsDroppedAndMakesRoomForTheNext() {
        reported(2, 100, 1);
        apply(WINDOW + 500);
        assertEquals(List.of(), asked());
        reported(2, WINDOW + 600, 1);
        apply(WINDOW + 600);
        assertEquals(2, asked().size());
    }

    @Test
    void whoServesNothingOrIsNoMemberNeitherTellsNorListens() {
        apply(100);
        stage.pass(SECOND);
        assertEquals(2, reports);
        reported(9, 100, 1);
        assertEquals(List.of(), asked(), "a stranger");
        Configuration before = state.configuration();
        state.configured(new Configuration(
                2,
                before.members().stream()
                        .filter(member -> member.storeId() != SELF)
                        .toList(),
                Configuration.Settings.DEFAULT));
        stage.pass(SECOND);
        assertEquals(2, reports, "no member");
        state.configured(before);
        state.distrust("MACHINE planned");
        stage.pass(SECOND);
        assertEquals(2, reports, "a machine that is being rebuilt");
        reported(2, 100, 1);
        assertEquals(List.of(), asked());
    }

    @Test
    void aStrangersAnswerIsNotTakenForAMembers() {
        apply(100);
        reported(2, 100, 1);
        List<Asked> all = asked();
        answer(all.get(0), 9, 1, 100, 5);
        answer(all.get(0), 0);
        assertEquals(List.of(), asked());
    }

    @Test
    void theSearchIsDoneWithWhoCanTellFarthestBackOfTheLargestGroupThatDiffers() {
        members(5, 0);
        apply(100);
        reported(2, 100, 7);
        List<Asked> all = asked();
        answer(all.get(0), 2, 50, 100, 7);
        answer(all.get(1), 3, 10, 100, 7);
        answer(all.get(2), 4, 1, 100, Long.MAX_VALUE);
        answer(all.get(3), 5, 1, 100, state.digest().at(100));
        assertEquals(3, askedOnce().peer);
    }

    @Test
    void nothingIsSearchedOnceThisNodeDoesNotKnowItsOwnWordAnyMore() {
        apply(100);
        reported(2, 100, 1);
        List<Asked> all = asked();
        apply(100 + WINDOW);
        all.forEach(question -> answer(question, question.peer, 1, 100, 1));
        assertEquals(List.of(), asked());
    }

    @Test
    void whoFallsSilentAmidTheSearchEndsItAndItsLateAnswersCountInNoOther() {
        apply(100);
        Asked silent = searching(100);
        stage.pass(3 * SECOND);
        asked();
        reported(2, 100, 1);
        List<Asked> again = asked();
        assertEquals(2, again.size());
        answer(silent, 59);
        agreement.answered(new Answer(silent.call, 3, 100, 1, 100, 1));
        agreement.answered(new Answer(silent.call, 2, 100, 1, 100, 1));
        assertEquals(List.of(), asked());
    }

    @Test
    void aSearchThatGoesOnIsNotBegunAgain() {
        apply(100);
        reported(2, 100, 1);
        List<Asked> all = asked();
        stage.pass(SECOND / 2);
        answer(all.get(1), 100);
        answer(all.get(0), 0);
        askedOnce();
        stage.pass(SECOND * 3 / 4); // more than the patience with those who were asked first
        assertEquals(List.of(), asked());
    }

    @Test
    void theEndOfThePatienceWithOneSearchEndsNoOther() {
        apply(100);
        reported(2, 100, 1);
        List<Asked> all = asked();
        stage.pass(SECOND / 2);
        answer(all.get(1), 100);
        answer(all.get(0), 0);
        answerAll(askedOnce(), 59);
        agreement.restarted();
        stage.pass(SECOND / 2);
        reported(2, 100, 1);
        List<Asked> again = asked();
        stage.pass(SECOND * 3 / 4); // more than the patience with the first
        answer(again.get(1), 100);
        answer(again.get(0), 0);
        askedOnce();
    }

    @Test
    void anAnswerThatComesTwiceOrLateLeadsNowhere() {
        apply(100);
        Asked middle = searching(100);
        answer(middle, 59);
        Asked next = askedOnce();
        answer(middle, 59);
        answer(new Asked(2, middle.call, 100), 59);
        answer(new Asked(2, middle.call, 0), 59);
        assertEquals(List.of(), asked());
        answer(new Asked(3, middle.call, next.index), 100);
        assertEquals(List.of(), asked(), "of somebody else");
        answerAll(next, 59);
        assertEquals(60, findings.get(0).index());
    }

    @Test
    void whoWasRebuiltAndIsNotThereYetIsNotAskedTheSameForEver() {
        apply(100);
        Asked middle = searching(100);
        answer(middle, 2, 0, middle.index - 1, 0);
        assertEquals(List.of(), asked());
        reported(2, 100, 1);
        assertEquals(2, asked().size(), "nothing new is begun");
    }

    @Test
    void theOldestEntryThatBothKnowIsAskedForBeforeWhatIsBehindIt() {
        apply(100);
        Asked middle = searching(100);
        answer(middle, 2, middle.index + 10, 100, 0);
        assertEquals(middle.index + 10, askedOnce().index);
    }

    @Test
    void anAnswerAboutWhatThisNodeDoesNotKeepAnyMoreNarrowsNothing() {
        apply(WINDOW + 100);
        Asked oldest = searching(WINDOW + 100);
        assertEquals(101, oldest.index);
        apply(WINDOW + 150);
        answer(oldest, 100);
        assertEquals(151, askedOnce().index);
    }

    /** Answers 2's questions up to the last, which asks whether it still is as it was. */
    private Asked confirming(long rightTo) {
        apply(100);
        Asked next = searching(100);
        while (next.call == 1) {
            answer(next, rightTo);
            next = askedOnce();
        }
        return next;
    }

    @Test
    void onlyAnAnswerToTheLastQuestionConfirms() {
        Asked last = confirming(59);
        assertEquals(100, last.index, "the newest that both have");
        answer(new Asked(2, 1, 100), 59);
        answer(new Asked(3, last.call, 100), 59);
        assertEquals(List.of(), findings);
        answer(last, 59);
        assertEquals(60, findings.get(0).index());
    }

    @Test
    void whoDoesNotKnowItAnyMoreConfirmsNothing() {
        Asked last = confirming(59);
        answer(last, 2, 170, 200, 0);
        assertEquals(List.of(), findings);
    }

    @Test
    void whatThisNodeDoesNotKeepAnyMoreIsNotConfirmed() {
        Asked last = confirming(59);
        apply(WINDOW + 100);
        answer(last, 2, 1, 1_000_000, 5);
        assertEquals(List.of(), findings);
    }

    @Test
    void learnersMakeNoMajority() {
        members(3, 2);
        apply(100);
        reported(2, 100, 1);
        List<Asked> all = asked();
        for (int i : new int[] {0, 2, 3}) { // 3 says nothing
            answer(all.get(i), all.get(i).peer, 1, 100, 1);
        }
        stage.pass(2 * SECOND);
        answerAll(askedOnce(), 0);
        assertEquals(0, findings.get(0).alone());
        assertEquals(Set.of(2L, 4L, 5L), findings.get(0).others());
    }

    @Test
    void votersAloneAreCounted() {
        members(3, 2);
        apply(100);
        reported(2, 100, 1);
        List<Asked> all = asked();
        answer(all.get(0), 2, 1, 100, 1);
        answer(all.get(1), 3, 1, 100, 1);
        stage.pass(2 * SECOND); // the learners say nothing
        answerAll(askedOnce(), 0);
        assertEquals(SELF, findings.get(0).alone());
        assertTrue(findings.get(0).exact());
    }
}
