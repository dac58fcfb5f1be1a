package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.Admission.JoinReply;
import dev.huck.raft.core.consensus.Admission.JoinRequest;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.core.consensus.PeerMessage;
import dev.huck.raft.core.storage.Incarnation;
import dev.huck.raft.core.wire.Envelope;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node with an empty directory that asks for the place of a member. */
@Timeout(60)
class ReadmitTest {
    private static final long OLD = 4711;
    private static final long NEW = 815;

    private final NodeWorld world = new NodeWorld(store -> store);
    private final RaftNode node = world.open();

    @BeforeEach
    void lead() throws Exception {
        while (node.status().role() != Role.LEADER) {
            Thread.sleep(1);
        }
    }

    @AfterEach
    void close() throws Exception {
        node.close();
    }

    private static Member member(long store, String id, String address) {
        return new Member(store, id, address, Member.Voting.LEARNER, Member.Versions.CURRENT);
    }

    /** Asks until something is sent that is looked for. */
    private PeerMessage ask(Member member, boolean readmit, Predicate<PeerMessage> wanted) throws InterruptedException {
        while (true) {
            world.receive(new Envelope(
                    node.status().clusterId(),
                    0,
                    0,
                    member.address(),
                    new Incarnation(1, member.storeId()),
                    0,
                    new JoinRequest(member, false, readmit)));
            Thread.sleep(10);
            for (Envelope envelope : world.sent) {
                if (wanted.test(envelope.message())) {
                    return envelope.message();
                }
            }
        }
    }

    private static Predicate<PeerMessage> append(long to) {
        return message -> message instanceof Message.Append append && append.to() == to;
    }

    private static Predicate<PeerMessage> reply(long to, String code) {
        return message -> message instanceof JoinReply reply
                && reply.storeId() == to
                && reply.message().startsWith(code);
    }

    @Test
    void aMemberThatIsSilentIsRemovedAndTheNodeIsLetIn() throws Exception {
        ask(member(OLD, "b", "127.0.0.1:2"), false, append(OLD));
        ask(member(NEW, "b", "127.0.0.1:2"), true, append(NEW));
        assertEquals(
                0,
                node.raft().configuration().members().stream()
                        .filter(member -> member.storeId() == OLD)
                        .count());
    }

    @Test
    void withoutTheOptionItIsRefusedByName() throws Exception {
        ask(member(OLD, "b", "127.0.0.1:2"), false, append(OLD));
        JoinReply reply = (JoinReply) ask(member(NEW, "b", "127.0.0.1:3"), false, reply(NEW, "ERR"));
        assertTrue(reply.message().contains("id b") && reply.message().contains("RAFTREMOVEPEER b"), reply.message());
    }

    @Test
    void whoseMemberAnswersHasToWait() throws Exception {
        Member leader = node.raft().configuration().members().get(0);
        JoinReply reply = (JoinReply) ask(member(NEW, leader.nodeId(), "127.0.0.1:3"), true, reply(NEW, ""));
        assertTrue(reply.message().startsWith("BUSY") && !reply.accepted(), reply.message());
    }

    @Test
    void nobodyStandsInForTwo() throws Exception {
        ask(member(OLD, "b", "127.0.0.1:2"), false, append(OLD));
        Member leader = node.raft().configuration().members().stream()
                .filter(member -> member.storeId() != OLD)
                .findFirst()
                .orElseThrow();
        JoinReply reply = (JoinReply) ask(member(NEW, "b", leader.address()), true, reply(NEW, ""));
        assertTrue(reply.message().startsWith("ERR") && reply.message().contains("two"), reply.message());
    }
}
