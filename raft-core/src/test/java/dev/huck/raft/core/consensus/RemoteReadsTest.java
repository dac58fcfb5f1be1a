package dev.huck.raft.core.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.core.consensus.CoreCluster.Host;
import dev.huck.raft.core.consensus.Message.ReadIndexReply;
import dev.huck.raft.core.consensus.Message.ReadIndexRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Dissertation §6.4: linearizable reads on nodes that do not lead. */
class RemoteReadsTest {
    private final CoreCluster cluster = CoreCluster.of(3).start();
    private final Host leader = cluster.elect();
    private final Host follower = cluster.host(leader.id % 3 + 1);

    private List<Effect.ReadReady> ready() {
        return follower.seen(Effect.ReadReady.class);
    }

    @Test
    void aFollowerAnswersWhatTheLeaderHadCommittedWhenItAsked() {
        cluster.propose(leader, "a");
        cluster.settle();
        follower.step(new Event.Read(7, true));
        assertTrue(ready().isEmpty());
        cluster.settle();
        assertEquals(List.of(new Effect.ReadReady(7, leader.up().commitIndex())), ready());
    }

    @Test
    void oneRequestServesAllReadsThatWait() {
        follower.step(new Event.Read(1, true));
        follower.step(new Event.Read(2, true));
        follower.step(new Event.Read(3, true));
        assertEquals(
                1,
                cluster.network.stream()
                        .filter(ReadIndexRequest.class::isInstance)
                        .count());
        cluster.settle();
        assertEquals(
                List.of(1L, 2L, 3L),
                ready().stream().map(Effect.ReadReady::batch).toList());
    }

    @Test
    void aLeaderConfirmsOnlyByARoundThatLeftAfterTheRequestArrived() {
        follower.step(new Event.Read(1, true));
        ReadIndexRequest request = (ReadIndexRequest) cluster.network.removeFirst();
        cluster.run(300); // many rounds, all before it
        cluster.cutOff.addAll(cluster.hosts.keySet());
        leader.step(new Event.Received(request));
        assertTrue(cluster.network.stream().noneMatch(ReadIndexReply.class::isInstance));
        assertTrue(ready().size() <= 1); // the one that was asked for again
    }

    @Test
    void aLateOrRepeatedReplyConfirmsNoNewerRead() {
        follower.step(new Event.Read(1, true));
        ReadIndexReply[] late = new ReadIndexReply[1];
        cluster.drop = message -> {
            if (message instanceof ReadIndexReply reply) {
                late[0] = reply;
            }
            return false;
        };
        cluster.settle();
        assertEquals(1, ready().size());
        cluster.propose(leader, "a");
        cluster.settle();
        follower.step(new Event.Read(2, true));
        cluster.network.clear();
        follower.step(new Event.Received(late[0]));
        assertEquals(1, ready().size());
    }

    @Test
    void aReplyToARunBeforeTheCrashConfirmsNothing() {
        follower.step(new Event.Read(1, true));
        ReadIndexRequest before = (ReadIndexRequest) cluster.network.removeFirst();
        follower.crash();
        follower.start();
        cluster.run(200);
        follower.step(new Event.Read(2, true));
        cluster.network.removeIf(ReadIndexRequest.class::isInstance);
        long term = follower.up().term();
        follower.step(new Event.Received(new ReadIndexReply(leader.id, follower.id, term, before.token() + 1, 1)));
        assertTrue(ready().isEmpty());
    }

    @Test
    void aLostRequestIsSentAgain() {
        cluster.drop = ReadIndexRequest.class::isInstance;
        follower.step(new Event.Read(1, true));
        cluster.run(150);
        assertTrue(ready().isEmpty());
        cluster.drop = message -> false;
        cluster.run(150);
        assertEquals(1, ready().size());
    }

    @Test
    void readsAreGivenUpWithTheLeaderThatWasAsked() {
        cluster.cutOff.add(leader.id);
        follower.step(new Event.Read(1, true));
        cluster.run(3000);
        assertTrue(ready().isEmpty());
        assertEquals(List.of(new Effect.Rejected(1, Rejection.NOT_LEADER)), follower.seen(Effect.Rejected.class));
    }

    @Test
    void aReplacedLeaderConfirmsNothingForAFollowerThatIsCutOffWithIt() {
        CoreCluster five = CoreCluster.of(5).start();
        Host old = five.elect();
        Host friend = five.host(old.id % 5 + 1);
        five.drop = message -> (message.from() == old.id || message.from() == friend.id)
                != (message.to() == old.id || message.to() == friend.id);
        friend.step(new Event.Read(1, true));
        five.run(3000);
        assertTrue(friend.seen(Effect.ReadReady.class).isEmpty());
    }

    @Test
    void aNodeThatMayNotAskRejects() {
        follower.step(new Event.Read(1));
        assertEquals(List.of(new Effect.Rejected(1, Rejection.NOT_LEADER)), follower.seen(Effect.Rejected.class));
    }

    @Test
    void aLeaderAnswersNobodyOfAnotherTerm() {
        leader.step(new Event.Received(
                new ReadIndexRequest(follower.id, leader.id, leader.up().term() - 1, 5)));
        assertTrue(cluster.network.isEmpty());
    }
}
