package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.core.consensus.PeerMessage;
import dev.huck.raft.core.env.Stage;
import dev.huck.raft.core.storage.Incarnation;
import dev.huck.raft.core.wire.Envelope;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Peers send to a node whose loop stands still: it keeps what it may, and goes on from there. */
class StandingLoopTest {
    private static final int MEGABYTE = 1 << 20;
    private static final long TWO_WINDOWS = 16 << 20;

    private final StepStage stage = new StepStage();
    private final NodeWorld world = new NodeWorld(store -> store) {
        @Override
        public Stage stage(String name) {
            return stage;
        }
    };
    private RaftNode node;

    @BeforeEach
    void open() {
        node = world.open();
        stage.run();
    }

    private void arrives(PeerMessage message) {
        long self = node.raft().storeId();
        long cluster = node.status().clusterId();
        world.receive(new Envelope(cluster, 0, self, "127.0.0.1:2", new Incarnation(1, 1), 0, message));
    }

    private void appendArrives(long round, int bytes) {
        LogEntry entry = new LogEntry(1, 0, new byte[bytes]);
        long self = node.raft().storeId();
        arrives(new Message.Append(7, self, 0, 1, round, LogPosition.START, List.of(entry), 0, null));
    }

    private long answered(Class<? extends PeerMessage> type) {
        return world.sent.stream()
                .filter(envelope -> type.isInstance(envelope.message()))
                .count();
    }

    private List<Long> roundsAnswered() {
        return world.sent.stream()
                .filter(envelope -> envelope.message() instanceof Message.AppendReply)
                .map(envelope -> ((Message.AppendReply) envelope.message()).round())
                .toList();
    }

    private long metric(String name) {
        return node.metrics().getOrDefault(name, 0L);
    }

    @Test
    void appendsPastTheBoundAreDroppedAndCountedAndAQueryIsAnsweredAllTheSame() {
        for (int i = 0; i < 40; i++) {
            appendArrives(i, MEGABYTE);
        }
        arrives(new Message.Query(7, node.raft().storeId(), 0, 99));
        assertEquals(25, metric("peer_messages_dropped"), "fifteen mebibytes and their frames are less than sixteen");
        assertTrue(node.memory().arrived().repeated() > 15 * MEGABYTE);
        assertTrue(node.memory().arrived().repeated() <= TWO_WINDOWS);
        assertTrue(metric("peer_bytes_waiting") <= metric("peer_bytes_waiting_limit"));
        stage.run();
        assertEquals(15, answered(Message.AppendReply.class));
        assertEquals(1, answered(Message.QueryReply.class));
        assertEquals(0, metric("peer_bytes_waiting"));
    }

    @Test
    void whatArrivesOnceTheLoopRunsAgainIsTaken() {
        for (int i = 0; i < 40; i++) {
            appendArrives(i, MEGABYTE);
        }
        stage.run();
        appendArrives(40, MEGABYTE);
        stage.run();
        assertEquals(16, answered(Message.AppendReply.class));
        assertEquals(25, metric("peer_messages_dropped"));
    }

    @Test
    void anEntryLargerThanTheBoundArrives() {
        appendArrives(1, 20 * MEGABYTE);
        appendArrives(2, 1);
        stage.run();
        assertEquals(List.of(1L), roundsAnswered());
        assertEquals(1, metric("peer_messages_dropped"));
    }
}
