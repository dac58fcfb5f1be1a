package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.huck.raft.api.Options;
import dev.huck.raft.api.Role;
import dev.huck.raft.core.consensus.Admission.Invitation;
import dev.huck.raft.core.consensus.Admission.JoinReply;
import dev.huck.raft.core.consensus.Admission.JoinRequest;
import dev.huck.raft.core.consensus.Admission.Outdated;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Member.Versions;
import dev.huck.raft.core.consensus.Member.Voting;
import dev.huck.raft.core.consensus.PeerMessage;
import dev.huck.raft.core.storage.Incarnation;
import dev.huck.raft.core.wire.Envelope;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever can reach a node may ask to join, invite it and answer it; none of that ends it. */
@Timeout(60)
class StrangersTest {
    private final NodeWorld world = new NodeWorld(store -> store);

    /** What makes no sense, or only to somebody else. */
    private static List<PeerMessage> nonsense(long self, String address) {
        List<PeerMessage> all = new ArrayList<>();
        for (long store : new long[] {self, -1, Long.MIN_VALUE, 4711}) {
            for (String where : List.of(address, "no address", ":0", "127.0.0.1:2")) {
                for (Voting voting : Voting.values()) {
                    for (String name : List.of("n", address)) {
                        Member member = new Member(store, name, where, voting, Versions.CURRENT);
                        all.add(new JoinRequest(member, true, true));
                        all.add(new JoinRequest(member, false, true));
                        all.add(new JoinRequest(member, true, false));
                    }
                }
                all.add(new Invitation(where, true));
                all.add(new Invitation(where, false));
            }
            for (String text : List.of("", "welcome", "BUSY", "UNKNOWN")) {
                all.add(new JoinReply(store, true, text));
                all.add(new JoinReply(store, false, text));
            }
            if (store != self) {
                all.add(new JoinReply(store, false, "ERR no"));
            }
            all.add(new Outdated(store, 0, 0, 0));
            all.add(new Outdated(store, Long.MAX_VALUE, -1, Long.MIN_VALUE));
        }
        return all;
    }

    private void hears(RaftNode node, long cluster, List<PeerMessage> messages) {
        long self = node.raft().storeId();
        for (PeerMessage message : messages) {
            for (long receiver : new long[] {0, self, 5}) {
                world.receive(new Envelope(cluster, 0, receiver, "127.0.0.1:2", new Incarnation(1, 1), 0, message));
            }
        }
    }

    @Test
    void noiseAboutJoiningLeavesALeaderAsItWas() throws Exception {
        RaftNode node = world.open();
        while (node.status().role() != Role.LEADER) {
            Thread.sleep(1);
        }
        NodeWorld.changed(node, node.address());
        hears(node, node.status().clusterId() + 1, nonsense(node.raft().storeId(), node.address()));
        hears(node, 0, nonsense(node.raft().storeId(), node.address()));
        assertEquals(
                "Int[value=1]",
                node.client()
                        .send("inc")
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS)
                        .toString());
        node.close();
        node.awaitClose();
    }

    @Test
    void noiseAboutJoiningLeavesANodeThatJoinsAsItWas() throws Exception {
        RaftNode node = world.open(Options.builder().join("127.0.0.1:9"));
        hears(node, 0, nonsense(node.raft().storeId(), node.address()));
        hears(node, 77, nonsense(node.raft().storeId(), node.address()));
        assertEquals(0, node.raft().configuration().members().size());
        node.close();
        node.awaitClose();
    }
}
