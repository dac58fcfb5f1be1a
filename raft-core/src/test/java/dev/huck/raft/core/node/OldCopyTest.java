package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.Admission.JoinRequest;
import dev.huck.raft.core.consensus.Admission.Outdated;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.core.consensus.PeerMessage;
import dev.huck.raft.core.storage.Incarnation;
import dev.huck.raft.core.storage.NodeFile;
import dev.huck.raft.core.storage.NodeRecord;
import dev.huck.raft.core.wire.Envelope;
import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Old backups, copied directories, machines that were set back. */
@Timeout(60)
class OldCopyTest {
    private static final long OTHER = 4711;

    private final NodeWorld world = new NodeWorld(store -> store);
    private final RaftNode node = world.open();

    private void receive(Incarnation from, long receiver, PeerMessage message) {
        receive(node, from, 0, receiver, message);
    }

    private void receive(RaftNode to, Incarnation from, long heard, long receiver, PeerMessage message) {
        world.receive(new Envelope(to.status().clusterId(), 0, receiver, "127.0.0.1:2", from, heard, message));
    }

    private NodeRecord record() throws IOException {
        try (NodeFile file = NodeFile.open(world.disk)) {
            return Objects.requireNonNull(file.record());
        }
    }

    /** Waits until something of a kind was sent, and gives the last. */
    private Envelope sent(Class<? extends PeerMessage> kind) throws InterruptedException {
        while (true) {
            for (Envelope envelope : world.sent) {
                if (kind.isInstance(envelope.message())) {
                    return envelope;
                }
            }
            Thread.sleep(1);
        }
    }

    /** Makes the other store a member, and the node know its incarnation. */
    private Incarnation admit(Incarnation other) throws Exception {
        while (node.status().role() != Role.LEADER) {
            Thread.sleep(1);
        }
        Member member = new Member(OTHER, "b", "127.0.0.1:2", Member.Voting.LEARNER, Member.Versions.CURRENT);
        while (world.sent.stream().noneMatch(envelope -> envelope.message() instanceof Message.Append)) {
            receive(
                    other,
                    0,
                    new JoinRequest(member, false, false)); // A leader that has not opened its term yet says no.
            Thread.sleep(20);
        }
        Envelope append = sent(Message.Append.class);
        receive(
                other,
                node.raft().storeId(),
                new Message.Query(OTHER, node.raft().storeId(), 0, 5));
        sent(Message.QueryReply.class);
        return append.incarnation();
    }

    @Test
    void whatIsNewAboutAMemberIsWrittenDownBeforeItIsListenedTo() throws Exception {
        admit(new Incarnation(5, 55));
        assertEquals(new Incarnation(5, 55), record().seen().get(OTHER));
        node.close();
    }

    @Test
    void aMemberIsToldWhichOfItsRunsIsWrittenDown() throws Exception {
        admit(new Incarnation(5, 55));
        assertEquals(55, sent(Message.QueryReply.class).heard());
        node.close();
    }

    @Test
    void startsThatNobodyHasHeardOfDoNotCount() throws Exception {
        admit(new Incarnation(5, 55));
        Incarnation first = record().incarnation();
        node.close();
        RaftNode again = world.open();
        assertEquals(first, record().incarnation());
        long self = again.raft().storeId();
        // Of a life before, or of another copy.
        receive(again, new Incarnation(5, 55), first.run() + 1, self, new Message.Query(OTHER, self, 0, 6));
        again.close();
        world.open().close();
        assertEquals(first, record().incarnation());
    }

    @Test
    void ofANodeThatKnowsNobodyEveryStartCounts() throws Exception {
        Incarnation first = record().incarnation();
        node.close();
        world.open().close();
        assertEquals(first.number() + 1, record().incarnation().number());
        assertNotEquals(first.run(), record().incarnation().run());
    }

    @Test
    void aStartAfterOneThatSomebodyHasWrittenDownIsANewLife() throws Exception {
        Incarnation first = record().incarnation();
        long self = node.raft().storeId();
        receive(node, new Incarnation(5, 55), first.run(), self, new Message.Query(OTHER, self, 0, 6));
        while (!record().heard()) {
            Thread.sleep(1);
        }
        node.close();
        world.open().close();
        assertEquals(first.number() + 1, record().incarnation().number());
        assertNotEquals(first.run(), record().incarnation().run());
        assertFalse(record().heard());
    }

    @Test
    void anOldCopyIsRefusedAndTold() throws Exception {
        admit(new Incarnation(5, 55));
        long self = node.raft().storeId();
        receive(new Incarnation(4, 44), self, new Message.Query(OTHER, self, 0, 6));
        assertEquals(new Outdated(OTHER, 4, 44, 5), sent(Outdated.class).message());
        world.sent.removeIf(envelope -> envelope.message() instanceof Outdated);
        receive(new Incarnation(5, 56), self, new Message.Query(OTHER, self, 0, 7));
        assertEquals(new Outdated(OTHER, 5, 56, 5), sent(Outdated.class).message(), "another copy, as often opened");
        assertTrue(world.sent.stream()
                .noneMatch(e -> e.message() instanceof Message.QueryReply reply && reply.nonce() != 5));
        node.close();
    }

    @Test
    void whoIsToldThatItIsAnOldCopyStops() throws Exception {
        Incarnation own = admit(new Incarnation(5, 55));
        long self = node.raft().storeId();
        receive(new Incarnation(5, 55), 0, new Outdated(self, own.number(), own.run() + 1, own.number() + 1));
        receive(new Incarnation(5, 55), self, new Message.Query(OTHER, self, 0, 8));
        while (world.sent.stream()
                .noneMatch(e -> e.message() instanceof Message.QueryReply reply && reply.nonce() == 8)) {
            Thread.sleep(1); // What was meant for another run is no reason to stop.
        }
        receive(new Incarnation(5, 55), 0, new Outdated(self, own.number(), own.run(), own.number() + 1));
        HuckException stopped = assertThrows(HuckException.StorageFailed.class, node::awaitClose);
        assertTrue(String.valueOf(stopped.getMessage()).contains("an old copy"), stopped.getMessage());
    }
}
