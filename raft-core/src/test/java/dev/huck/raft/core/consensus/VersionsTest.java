package dev.huck.raft.core.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.VersionRange;
import dev.huck.raft.core.consensus.CoreCluster.Host;
import dev.huck.raft.core.consensus.Member.Versions;
import dev.huck.raft.core.consensus.Member.Voting;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Members that understand different versions of the protocol and of the machine's commands. */
class VersionsTest {
    private static final Versions OLD = Versions.of(1, VersionRange.ONE);
    private static final Versions NEW = Versions.of(0, new VersionRange(1, 2));

    /** Says of a member what it understands, to whoever leads. */
    private static void says(CoreCluster cluster, long id, Versions versions) {
        cluster.elect().step(new Event.ChangeMembers(9, Change.of(new Change.Update(id, "host:" + id, versions))));
        cluster.run(500);
    }

    /** What leaders send while a second passes. */
    private static List<Message.Append> appends(CoreCluster cluster) {
        List<Message.Append> sent = new ArrayList<>();
        cluster.drop = message -> {
            if (message instanceof Message.Append append) {
                sent.add(append);
            }
            return false;
        };
        cluster.run(1_000);
        assertTrue(sent.size() > 10);
        return sent;
    }

    @Test
    void aLeaderSaysOnlyWhatAllMembersUnderstand() {
        CoreCluster cluster = CoreCluster.of(3).start();
        cluster.elect();
        for (Message.Append append : appends(cluster)) {
            assertNotNull(append.applied());
        }
        says(cluster, 2, OLD);
        for (Message.Append append : appends(cluster)) {
            assertNull(append.applied());
        }
        says(cluster, 2, NEW);
        for (Message.Append append : appends(cluster)) {
            assertNotNull(append.applied());
        }
    }

    @Test
    void aFollowerSaysHowFarItsMachineIsWhereTheLeaderWouldUnderstand() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        cluster.propose(leader, "a");
        cluster.run(500);
        long follower = leader.id == 1 ? 2 : 1;
        Message.Applied applied = leader.up().appliedOf(follower);
        assertNotNull(applied);
        assertEquals(leader.up().appliedIndex(), applied.index());
        says(cluster, follower, OLD);
        cluster.drop = message -> {
            if (message instanceof Message.AppendReply reply) {
                assertNull(reply.applied());
            }
            return false;
        };
        cluster.run(500);
    }

    @Test
    void aNodeThatMayUseOnlyTheOldProtocolDoesSoWhateverTheConfigurationSays() {
        CoreCluster cluster = CoreCluster.of(3).start();
        cluster.hosts.values().forEach(host -> host.up().protocolMax(1));
        cluster.elect();
        for (Message.Append append : appends(cluster)) {
            assertNull(append.applied());
        }
    }

    @Test
    void aMajorityThatIsSetBackAtOnceIsStillLed() {
        CoreCluster cluster = CoreCluster.of(3).start();
        Host leader = cluster.elect();
        // Nobody but the leader can read version 2, and the configuration says that all do.
        cluster.drop = message -> message instanceof Message.Append append && append.applied() != null;
        cluster.run(3_000);
        for (long id = 1; id <= 3; id++) {
            if (id != leader.id) {
                says(cluster, id, OLD);
            }
        }
        cluster.run(2_000);
        assertEquals(1, cluster.elect().up().configuration().protocol());
        cluster.propose(cluster.elect(), "b");
        cluster.run(500);
        assertEquals(List.of("b"), cluster.elect().commands());
    }

    @Test
    void theMachinesVersionIsRaisedOnceAllUnderstandItAndNeverLowered() {
        CoreCluster cluster = CoreCluster.of(3).start();
        says(cluster, 1, NEW);
        says(cluster, 2, NEW);
        assertEquals(1, cluster.elect().up().configuration().machine());
        says(cluster, 3, NEW);
        assertEquals(2, cluster.elect().up().configuration().machine());
        says(cluster, 3, OLD);
        assertEquals(2, cluster.elect().up().configuration().machine());
        cluster.hosts
                .values()
                .forEach(host -> assertEquals(2, host.up().configuration().machine()));
    }

    @Test
    void aNewcomerThatDoesNotUnderstandWhatIsInUseIsRefused() {
        CoreCluster cluster = CoreCluster.of(1).start();
        Host leader = cluster.host(1);
        leader.step(new Event.ChangeMembers(1, Change.of(new Change.Update(1, "host:1", NEW))));
        cluster.run(100);
        assertEquals(2, leader.up().configuration().machine(), "a sole voter raises it too");
        Member old = new Member(2, "n2", "host:2", Voting.NEWCOMER, OLD);
        leader.step(new Event.ChangeMembers(2, Change.of(new Change.Add(old))));
        Member future = new Member(3, "n3", "host:3", Voting.NEWCOMER, new Versions(3, 4, 1, 2));
        leader.step(new Event.ChangeMembers(3, Change.of(new Change.Add(future))));
        List<Effect.Changed> ended = leader.seen(Effect.Changed.class);
        assertEquals(Rejection.INCOMPATIBLE, ended.get(1).reason());
        assertEquals(Rejection.INCOMPATIBLE, ended.get(2).reason());
    }
}
