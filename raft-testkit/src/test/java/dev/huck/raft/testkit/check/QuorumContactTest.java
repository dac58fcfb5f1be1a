package dev.huck.raft.testkit.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Member.Versions;
import dev.huck.raft.core.consensus.Member.Voting;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class QuorumContactTest {
    private final List<String> violations = new ArrayList<>();
    private final QuorumContact contact = new QuorumContact((invariant, message) -> violations.add(invariant), 1_000);

    private record Core(Role role, long term, Configuration configuration) implements BareCore {
        @Override
        public long storeId() {
            return 1;
        }
    }

    private static Configuration voters(long... stores) {
        return new Configuration(
                1,
                LongStream.of(stores)
                        .mapToObj(store -> new Member(store, "n" + store, "h:" + store, Voting.VOTER, Versions.CURRENT))
                        .toList(),
                Configuration.Settings.DEFAULT);
    }

    private final Core leader = new Core(Role.LEADER, 3, voters(1, 2, 3));

    @Test
    void leaderThatHearsAMajorityMayGoOn() {
        contact.observe(leader, 0);
        contact.heard(2, 900);
        contact.observe(leader, 1_900);
        contact.heard(3, 1_900);
        contact.observe(leader, 2_900);
        assertEquals(List.of(), violations);
    }

    @Test
    void leaderThatHearsNobodyIsSeen() {
        contact.observe(leader, 0);
        contact.heard(2, 500);
        contact.observe(leader, 1_500);
        assertEquals(List.of(), violations);
        contact.observe(leader, 1_501);
        assertEquals(List.of("a leader without its quorum gives way"), violations);
    }

    @Test
    void whatComesLateCountsFromWhenItLeft() {
        contact.observe(leader, 0);
        contact.heard(2, 500);
        contact.heard(2, 400);
        contact.observe(leader, 1_500);
        assertEquals(List.of(), violations);
        contact.heard(3, 450);
        contact.observe(leader, 1_501);
        assertEquals(1, violations.size());
    }

    @Test
    void whoHearsLearnersAloneIsSeen() {
        contact.observe(leader, 0);
        contact.heard(7, 900);
        contact.observe(leader, 1_001);
        assertEquals(1, violations.size());
    }

    @Test
    void whoHasJustBeenElectedOrStoodStillOrHasNewVotersHasTimeToHearThem() {
        contact.observe(leader, 0);
        contact.observe(new Core(Role.FOLLOWER, 4, leader.configuration()), 900);
        contact.observe(new Core(Role.LEADER, 5, leader.configuration()), 1_800);
        Core changed = new Core(Role.LEADER, 5, voters(1, 4, 5));
        contact.observe(changed, 2_700);
        contact.stoodStill(3_600);
        contact.observe(changed, 4_600);
        assertEquals(List.of(), violations);
        contact.observe(changed, 4_601);
        assertEquals(1, violations.size());
    }

    @Test
    void whoVotesAloneNeedsNobody() {
        Core sole = new Core(Role.LEADER, 3, voters(1));
        contact.observe(sole, 0);
        contact.observe(sole, 9_000);
        assertEquals(List.of(), violations);
    }
}
