package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Client;
import dev.huck.raft.api.MemberInfo;
import dev.huck.raft.api.NodeEvent;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Configuration.Settings;
import dev.huck.raft.core.consensus.Effect;
import dev.huck.raft.core.consensus.Event;
import dev.huck.raft.core.consensus.HardState;
import dev.huck.raft.core.consensus.Limits;
import dev.huck.raft.core.consensus.Loss;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.core.consensus.Raft;
import dev.huck.raft.core.consensus.Recovery;
import dev.huck.raft.core.env.Stage;
import dev.huck.raft.core.storage.Incarnation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a node tells and counts of itself. What stands still or falls silent is {@link WatchdogTest}'s. */
class EventsTest {
    private final StepStage stage = new StepStage();
    private final Metrics metrics = new Metrics();
    private final List<NodeEvent> heard = new ArrayList<>();

    @Test
    void eventsArriveInOrderOnTheirOwnStage() {
        Events events = new Events(name -> stage, heard::add, metrics);
        events.tell(new NodeEvent.SnapshotTaken(1));
        events.tell(new NodeEvent.SnapshotTaken(2));
        assertEquals(List.of(), heard);
        stage.run();
        assertEquals(List.of(new NodeEvent.SnapshotTaken(1), new NodeEvent.SnapshotTaken(2)), heard);
    }

    @Test
    void listenerThatDoesNotKeepUpMissesWhatDoesNotFitAndThatIsCounted() {
        Events events = new Events(name -> stage, heard::add, metrics);
        for (int i = 0; i < Events.MOST_WAITING + 7; i++) {
            events.tell(new NodeEvent.SnapshotTaken(i));
        }
        assertEquals(7, metrics.get("events_dropped"));
        stage.run();
        assertEquals(Events.MOST_WAITING, heard.size());
        events.tell(new NodeEvent.RecoveryEnded());
        stage.run();
        assertEquals(new NodeEvent.RecoveryEnded(), heard.get(Events.MOST_WAITING));
    }

    @Test
    void listenerThatThrowsIsToldTheNextAllTheSame() {
        Events events = new Events(
                name -> stage,
                event -> {
                    heard.add(event);
                    throw new IllegalStateException("a listener's own trouble");
                },
                metrics);
        events.tell(new NodeEvent.SnapshotTaken(1));
        events.tell(new NodeEvent.SnapshotTaken(2));
        stage.run();
        assertEquals(2, heard.size());
    }

    @Test
    void aSoleNodeTellsThatItLeadsAndThatItTookASnapshot() throws Exception {
        BlockingQueue<NodeEvent> told = new LinkedBlockingQueue<>();
        NodeWorld world = new NodeWorld(store -> store);
        try (RaftNode node = world.open(Options.builder().listener(told::add))) {
            NodeEvent.RoleChanged led = null;
            while (led == null || led.role() != Role.LEADER) {
                NodeEvent event = assertNotNullEvent(told.poll(60, TimeUnit.SECONDS));
                led = event instanceof NodeEvent.RoleChanged changed ? changed : led;
            }
            assertEquals("127.0.0.1:1", led.leader().orElseThrow());
            try (Client client = node.client()) {
                client.send("inc").toCompletableFuture().get(60, TimeUnit.SECONDS);
            }
            long covered = node.snapshot().toCompletableFuture().get(60, TimeUnit.SECONDS);
            NodeEvent event = assertNotNullEvent(told.poll(60, TimeUnit.SECONDS));
            assertEquals(
                    covered,
                    assertInstanceOf(NodeEvent.SnapshotTaken.class, event).index());
            Map<String, Long> figures = node.metrics();
            assertEquals(1, figures.get("commands_applied"));
            assertEquals(1, figures.get("snapshots_taken"));
            assertTrue(figures.get("log_syncs") > 0);
            assertTrue(figures.get("commands_under_way_bytes") <= figures.get("commands_under_way_limit"));
            assertTrue(figures.get("apply_bytes") <= figures.get("apply_bytes_limit"));
        }
    }

    /** What a node of three tells: {@code host:1}, which is store 1, beside 2 and 3. */
    private final class Told {
        final Peers peers = new Peers(1, new Incarnation(1, 1), "host:1", new TestTransport(), 1, metrics);
        final Configuration three = new Configuration(7, List.of(member(1), member(2), member(3)), Settings.DEFAULT);
        final Observer observer = new Observer(
                new NodeWorld(store -> store) {
                    @Override
                    public Stage stage(String name) {
                        return stage;
                    }
                },
                Options.builder().listener(heard::add).build(),
                1,
                peers,
                metrics);

        Told() {
            peers.configuration(three);
        }

        private Member member(long id) {
            return new Member(id, "n" + id, "host:" + id, Member.Voting.VOTER, Member.Versions.CURRENT);
        }

        View view() {
            return new View(
                    Role.FOLLOWER, 4, 2, at(9), 9, LogPosition.START, three, 0, List.of(), Loss.NONE, List.of(), 0);
        }

        void isTold(NodeEvent... events) {
            stage.run();
            assertEquals(List.of(events), heard);
        }
    }

    private static LogPosition at(long index) {
        return new LogPosition(index, 3);
    }

    @Test
    void aRoleIsToldWithItsTermAndItsLeader() {
        Told node = new Told();
        node.observer.carriesOut(new Effect.RoleChanged(Role.CANDIDATE, 5, 0), node.view(), 9);
        node.observer.carriesOut(new Effect.RoleChanged(Role.FOLLOWER, 6, 2), node.view(), 9);
        node.isTold(
                new NodeEvent.RoleChanged(Role.CANDIDATE, 5, Optional.empty()),
                new NodeEvent.RoleChanged(Role.FOLLOWER, 6, Optional.of("host:2")));
        assertEquals(1, metrics.get("elections"));
    }

    @Test
    void aConfigurationIsToldWithItsMembers() {
        Told node = new Told();
        node.observer.carriesOut(new Effect.ConfigurationChanged(node.three), node.view(), 9);
        stage.run();
        NodeEvent.ConfigurationChanged changed = assertInstanceOf(NodeEvent.ConfigurationChanged.class, heard.get(0));
        assertEquals(7, changed.index());
        assertEquals(
                List.of("host:1", "host:2", "host:3"),
                changed.members().stream().map(MemberInfo::address).toList());
    }

    @Test
    void aSnapshotIsSentWhenItsLastPieceIs() {
        Told node = new Told();
        node.observer.took(new Event.ChunkRead(3, 1, at(8), 5, 0, new byte[3]), 1);
        node.isTold();
        node.observer.took(new Event.ChunkRead(3, 1, at(8), 5, 3, new byte[2]), 1);
        node.isTold(new NodeEvent.SnapshotSent("host:3", 8));
        assertEquals(1, metrics.get("snapshots_sent"));
        assertEquals(5, metrics.get("snapshot_bytes_sent"));
    }

    @Test
    void aSnapshotIsInstalledWhenTheMachineIsToTakeIt() {
        Told node = new Told();
        node.observer.carriesOut(new Effect.StoreChunk(at(8), 5, 0, new byte[5]), node.view(), 9);
        node.isTold();
        node.observer.carriesOut(new Effect.RestoreMachine(at(8)), node.view(), 9);
        node.isTold(new NodeEvent.SnapshotInstalled(8));
    }

    @Test
    void aRecoveryIsToldWithItsCauseAndItsEnd() {
        Told node = new Told();
        node.observer.started(Loss.NONE, null);
        node.observer.started(Loss.POWER, null);
        node.observer.took(new Event.Recovered(), 2);
        node.isTold(new NodeEvent.RecoveryBegan("power"), new NodeEvent.RecoveryEnded());
    }

    @Test
    void aLogThatIsSetAsideIsToldBeforeTheRecovery() {
        Told node = new Told();
        NodeEvent.LogSetAside aside = new NodeEvent.LogSetAside("log.bad", "entry 7 is damaged");
        node.observer.started(Loss.CORRUPTION, aside);
        node.isTold(aside, new NodeEvent.RecoveryBegan("corruption"));
    }

    @Test
    void aMachineThatFailsAndIsRebuiltIsTold() {
        Told node = new Told();
        node.observer.machineFailed(12);
        node.observer.machineRebuilt(8);
        node.isTold(new NodeEvent.MachineFailed(12), new NodeEvent.MachineRebuilt(8));
        assertEquals(1, metrics.get("machine_failures"));
    }

    @Test
    void aDifferenceIsToldWithItsPlaceAndWhoseItIs() {
        Told node = new Told();
        Raft raft = new Recovery(
                        1,
                        new HardState(1, 0),
                        LogPosition.START,
                        Configuration.EMPTY,
                        0,
                        LogPosition.START,
                        Limits.DEFAULT)
                .start(Limits.DEFAULT, new SplittableRandom(1), 0);
        node.observer.diverged(new Agreement.Finding(17, true, 3, Set.of(3L)), raft);
        node.observer.diverged(new Agreement.Finding(18, false, 0, Set.of(2L)), raft);
        node.isTold(
                new NodeEvent.Diverged(17, true, Optional.of("host:3"), List.of("host:3")),
                new NodeEvent.Diverged(18, false, Optional.empty(), List.of("host:2")));
        assertEquals(2, metrics.get("divergences"));
    }

    @Test
    void lastContactIsTheTimeSinceTheLeaderWasHeard() {
        Told node = new Told();
        assertEquals(
                "never",
                Reports.stats(node.view(), 9, node.observer.contactNanos()).get("last_contact"));
        Message other = new Message.PreVoteReply(3, 1, 4, false, LogPosition.START);
        node.observer.took(new Event.Received(other), 2);
        assertEquals(-1, node.observer.contactNanos(), "not the leader");
        Message beat = new Message.Append(2, 1, 4, 1, 1, at(9), List.of(), 9);
        node.observer.took(new Event.Received(beat), 2);
        assertTrue(node.observer.contactNanos() >= 0);
        assertEquals("1500ms", Reports.stats(node.view(), 9, 1_500_900_000L).get("last_contact"));
    }

    private static NodeEvent assertNotNullEvent(NodeEvent event) {
        assertNotNull(event);
        return event;
    }
}
