package dev.huck.raft.core.consensus;

import static dev.huck.raft.core.consensus.CoreCluster.member;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.core.consensus.Member.Versions;
import dev.huck.raft.core.consensus.Member.Voting;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a change makes of a configuration. */
class ChangePlanTest {
    private static final Configuration THREE =
            new Configuration(7, List.of(voter(1), voter(2), voter(3)), CoreCluster.SETTINGS);

    private static Member voter(long id) {
        return member(id, Voting.VOTER);
    }

    private static Change.Step add(long id) {
        return new Change.Add(member(id, Voting.NEWCOMER));
    }

    private static String parts(Configuration configuration) {
        return configuration.members().stream()
                .map(m -> m.storeId() + " " + m.voting())
                .collect(Collectors.joining(", "));
    }

    private static String plan(Configuration current, Change.Step... steps) {
        ChangePlan plan = ChangePlan.of(current, Change.of(steps));
        assertNull(plan.refused());
        return parts(plan.next());
    }

    private static Rejection refused(Configuration current, Change.Step... steps) {
        ChangePlan plan = ChangePlan.of(current, Change.of(steps));
        assertEquals(current, plan.next());
        return plan.refused();
    }

    @Test
    void removalsAndDemotionsBeginAtOnce() {
        assertEquals("1 OUTGOING, 2 DEMOTED, 3 VOTER", plan(THREE, new Change.Remove(1), new Change.Demote(2)));
    }

    @Test
    void aReplacementOfSeveralWaitsUntilAllNewcomersHaveCaughtUp() {
        Change.Step[] steps = {new Change.Remove(1), new Change.Demote(2), add(4), add(5)};
        assertEquals("1 LEAVING, 2 RETREATING, 3 VOTER, 4 AWAITED, 5 AWAITED", plan(THREE, steps));
        Configuration planned = ChangePlan.of(THREE, Change.of(steps)).next();
        assertTrue(planned.isPlanned());
        assertFalse(planned.isJoint());
        assertEquals("1 OUTGOING, 2 DEMOTED, 3 VOTER, 4 INCOMING, 5 INCOMING", parts(planned.begun()));
        assertEquals(
                "2 LEARNER, 3 VOTER, 4 VOTER, 5 VOTER", parts(planned.begun().afterJoint()));
    }

    @Test
    void untilItBeginsAPlannedChangeLeavesTheQuorumsAlone() {
        Configuration planned = ChangePlan.of(
                        THREE, Change.of(new Change.Remove(1), new Change.Demote(2), add(4), add(5)))
                .next();
        for (int set = 0; set < 64; set++) {
            int in = set;
            assertEquals(
                    THREE.isQuorum(id -> (in >> id & 1) == 1), planned.isQuorum(id -> (in >> id & 1) == 1), "" + set);
        }
    }

    @Test
    void aNewcomerThatComesAloneWaitsForNobody() {
        assertEquals("1 VOTER, 2 VOTER, 3 VOTER, 4 NEWCOMER", plan(THREE, add(4)));
        Configuration withLearner = THREE.with(member(4, Voting.LEARNER)).at(8);
        assertEquals("1 VOTER, 2 VOTER, 3 VOTER, 4 NEWCOMER", plan(withLearner, new Change.Promote(4)));
    }

    @Test
    void aLearnerStaysOneUntilItIsPromoted() {
        assertEquals("1 VOTER, 2 VOTER, 3 VOTER, 4 LEARNER", plan(THREE, new Change.Add(member(4, Voting.LEARNER))));
    }

    @Test
    void onlyLearnersAndAddressesChangeWithoutAJointConfiguration() {
        Configuration withLearner = THREE.with(member(4, Voting.LEARNER)).at(8);
        assertEquals("1 VOTER, 2 VOTER, 3 VOTER", plan(withLearner, new Change.Remove(4)));
        ChangePlan moved = ChangePlan.of(THREE, Change.of(new Change.Update(2, "elsewhere:1", Versions.CURRENT)));
        assertEquals("elsewhere:1", moved.next().member(2).address());
        assertEquals(parts(THREE), parts(moved.next()));
    }

    @Test
    void whatIsSoAlreadyChangesNothing() {
        assertEquals(
                THREE,
                ChangePlan.of(THREE, Change.of(new Change.Promote(1), new Change.Add(voter(2))))
                        .next());
    }

    @Test
    void aChangeForAnotherConfigurationIsRefused() {
        assertEquals(
                Rejection.CONFIGURATION_CHANGED,
                ChangePlan.of(THREE, new Change(6, List.of(new Change.Remove(1))))
                        .refused());
        assertNull(ChangePlan.of(THREE, new Change(7, List.of(new Change.Remove(1))))
                .refused());
    }

    @Test
    void aClusterIsNotLeftWithoutVoters() {
        assertEquals(
                Rejection.LAST_VOTER, refused(THREE, new Change.Remove(1), new Change.Demote(2), new Change.Remove(3)));
        assertEquals(
                "1 LEAVING, 2 LEAVING, 3 LEAVING, 4 AWAITED",
                plan(THREE, new Change.Remove(1), new Change.Remove(2), new Change.Remove(3), add(4)));
    }

    @Test
    void aStrangerCanBeNeitherRemovedNorPromoted() {
        assertEquals(Rejection.UNKNOWN_MEMBER, refused(THREE, new Change.Remove(9)));
        assertEquals(Rejection.UNKNOWN_MEMBER, refused(THREE, new Change.Promote(9)));
        assertEquals(Rejection.UNKNOWN_MEMBER, refused(THREE, new Change.Demote(9)));
        assertEquals(Rejection.UNKNOWN_MEMBER, refused(THREE, new Change.Update(9, "a:1", Versions.CURRENT)));
    }

    @Test
    void noTwoMembersHaveTheSameIdOrAddress() {
        Member sameId = new Member(9, "n1", "other:1", Voting.NEWCOMER, Versions.CURRENT);
        Member sameAddress = new Member(9, "n9", "host:1", Voting.NEWCOMER, Versions.CURRENT);
        assertEquals(Rejection.NAME_TAKEN, refused(THREE, new Change.Add(sameId)));
        assertEquals(Rejection.NAME_TAKEN, refused(THREE, new Change.Add(sameAddress)));
        assertEquals(Rejection.NAME_TAKEN, refused(THREE, new Change.Update(2, "host:1", Versions.CURRENT)));
    }

    @Test
    void aPlannedChangeIsAbandonedByGivingUpWhomItWaitsFor() {
        Configuration planned = ChangePlan.of(THREE, Change.of(new Change.Remove(1), add(4), add(5)))
                .next()
                .at(8);
        assertEquals("1 VOTER, 2 VOTER, 3 VOTER, 5 LEARNER", plan(planned, new Change.Remove(4)));
        assertEquals("1 VOTER, 2 VOTER, 3 VOTER, 4 LEARNER, 5 LEARNER", plan(planned, new Change.Demote(4)));
        assertEquals(Rejection.CHANGE_IN_PROGRESS, refused(planned, new Change.Remove(2)));
        assertEquals(Rejection.CHANGE_IN_PROGRESS, refused(planned, add(6)));
        assertEquals(
                "1 LEAVING, 2 VOTER, 3 VOTER, 4 AWAITED, 5 AWAITED",
                plan(planned, new Change.Update(2, "elsewhere:1", Versions.CURRENT)));
    }

    @Test
    void whoIsAwaitedAndComesBackElsewhereSaysSoByAskingAgain() {
        Configuration planned = ChangePlan.of(THREE, Change.of(new Change.Remove(1), add(4), add(5)))
                .next()
                .at(8);
        Member moved = member(4, Voting.NEWCOMER).at("elsewhere:1", Versions.CURRENT);
        ChangePlan plan = ChangePlan.of(planned, Change.of(new Change.Add(moved)));
        assertNull(plan.refused());
        assertEquals("1 LEAVING, 2 VOTER, 3 VOTER, 4 AWAITED, 5 AWAITED", parts(plan.next()));
        assertEquals("elsewhere:1", plan.next().member(4).address());
    }

    @Test
    void whateverIsAskedForQuorumsOfFollowingConfigurationsMeet() {
        Random random = new Random(7);
        for (int run = 0; run < 2_000; run++) {
            Configuration current = THREE;
            for (int turn = 0; turn < 12; turn++) {
                List<Change.Step> steps = new ArrayList<>();
                for (int i = random.nextInt(4); i >= 0; i--) {
                    long id = 1L + random.nextInt(6);
                    steps.add(
                            switch (random.nextInt(4)) {
                                case 0 -> add(id);
                                case 1 -> new Change.Remove(id);
                                case 2 -> new Change.Promote(id);
                                default -> new Change.Demote(id);
                            });
                }
                Configuration next =
                        ChangePlan.of(current, new Change(0, steps)).next();
                meet(current, next);
                if (next.isPlanned() && random.nextBoolean()) {
                    meet(next, next.begun());
                    next = next.begun();
                }
                if (next.isJoint()) {
                    meet(next, next.afterJoint());
                    next = next.afterJoint();
                }
                assertTrue(next.isQuorum(id -> true), "somebody votes in " + next);
                current = next.at(current.index() + 1);
            }
        }
    }

    private static void meet(Configuration before, Configuration after) {
        for (int set = 0; set < 128; set++) {
            int in = set;
            assertFalse(
                    before.isQuorum(id -> (in >> id & 1) == 1) && after.isQuorum(id -> (in >> id & 1) == 0),
                    () -> parts(before) + " and " + parts(after) + " decide apart: " + Integer.toBinaryString(in));
        }
    }
}
