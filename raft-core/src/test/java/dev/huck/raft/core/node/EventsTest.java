package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Client;
import dev.huck.raft.api.NodeEvent;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a node tells and counts of itself. */
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
    void nodeTellsWhatItBecomesAndWhatItDoes() throws Exception {
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

    private static NodeEvent assertNotNullEvent(NodeEvent event) {
        assertNotNull(event);
        return event;
    }
}
