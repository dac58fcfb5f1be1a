package dev.huck.raft.core.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.core.consensus.CoreCluster.Host;
import dev.huck.raft.core.consensus.Member.Voting;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Dissertation §4.2.1: who is to vote has caught up, and is there. A learner that had caught up long ago is promoted at once
 * if it still keeps up, and waits as a newcomer if it does not. Three others vote, so none of this is for want of a quorum.
 */
class CatchingUpTest {
    private final CoreCluster cluster = CoreCluster.of(3).start();
    private final Host leader = cluster.elect();
    private final Host learner = cluster.add(4);

    CatchingUpTest() {
        learner.hardState = new HardState(0, 0);
        learner.start();
        leader.step(new Event.ChangeMembers(1, Change.of(new Change.Add(CoreCluster.member(4, Voting.LEARNER)))));
        cluster.run(1_000);
        assertEquals(Voting.LEARNER, voting());
    }

    private Voting voting() {
        return Objects.requireNonNull(leader.up().configuration().member(4)).voting();
    }

    private void promote() {
        leader.step(new Event.ChangeMembers(2, Change.of(new Change.Promote(4))));
    }

    @Test
    void aLearnerThatKeepsUpVotesAtOnce() {
        promote();
        cluster.run(50);
        assertEquals(Voting.VOTER, voting());
    }

    @Test
    void aLearnerThatIsSilentIsNotPromoted() {
        learner.crash();
        cluster.run(700);
        promote();
        cluster.run(50);
        assertEquals(Voting.NEWCOMER, voting());
        cluster.run(2_000);
        assertEquals(Voting.NEWCOMER, voting());
        learner.start();
        cluster.run(2_000);
        assertEquals(Voting.VOTER, voting());
    }

    @Test
    void aLearnerThatHasBegunToMissMessagesIsNotPromoted() {
        cluster.drop = message -> message.to() == learner.id;
        cluster.propose(leader, "a");
        cluster.run(400); // It answered within the election timeout, and what was sent since is taken for lost.
        promote();
        cluster.run(50);
        assertEquals(Voting.NEWCOMER, voting());
    }

    @Test
    void aLearnerWhoseDiskHangsIsNotPromoted() {
        learner.slowDisk = true;
        for (int i = 0; i < 20; i++) {
            cluster.propose(leader, "a");
            cluster.run(100);
        }
        promote();
        for (int i = 0; i < 20; i++) {
            cluster.run(100);
            assertEquals(Voting.NEWCOMER, voting(), "it answers heartbeats, and has nothing of what they are about");
        }
    }

    @Test
    void aLearnerThatRecoversIsNotPromoted() {
        cluster.drop = message -> message instanceof Message.CatchUp;
        learner.losePower(0);
        learner.start();
        cluster.run(500);
        assertEquals(Loss.POWER, learner.up().loss());
        promote();
        cluster.run(1_000);
        assertEquals(Voting.NEWCOMER, voting());
        cluster.drop = message -> false;
        cluster.run(1_000);
        assertEquals(Voting.VOTER, voting());
        assertTrue(leader.up().configuration().isVoter(4));
    }
}
