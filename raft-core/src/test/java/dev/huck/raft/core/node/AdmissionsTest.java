package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Admission.JoinReply;
import dev.huck.raft.core.consensus.Admission.JoinRequest;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Loss;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.PeerMessage;
import dev.huck.raft.core.storage.Incarnation;
import dev.huck.raft.core.wire.FrameException;
import dev.huck.raft.core.wire.PeerCodec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Requests to join at a node that does not lead. */
class AdmissionsTest {
    /** By the address to which it was sent. */
    private final Map<String, PeerMessage> sent = new LinkedHashMap<>();

    private final Peers peers =
            new Peers(1, new Incarnation(1, 1), "host:1", new TestTransport(this::sent), 1, new Metrics());
    private final Configuration two =
            new Configuration(1, List.of(member(1), member(2)), Configuration.Settings.DEFAULT);
    private final Admissions admissions =
            new Admissions(new StepStage(), peers, member(1), event -> {}, turn -> {}, store -> true);

    private void sent(String address, byte[] frame) {
        try {
            sent.put(address, PeerCodec.decode(frame).message());
        } catch (FrameException e) {
            throw new AssertionError(e);
        }
    }

    private static Member member(long id) {
        return new Member(id, "n" + id, "host:" + id, Member.Voting.VOTER, Member.Versions.CURRENT);
    }

    private View follows(long leader) {
        peers.configuration(two);
        LogPosition last = new LogPosition(1, 1);
        return new View(
                Role.FOLLOWER, 4, leader, last, 1, LogPosition.START, two, 0, List.of(), Loss.NONE, List.of(), 0);
    }

    @Test
    void aRequestIsPassedOnToTheLeaderOnceAndNeverInACircle() {
        Member newcomer = member(9);
        admissions.requested(new JoinRequest(newcomer, false, false), follows(2));
        assertEquals(Map.of("host:2", new JoinRequest(newcomer, true, false)), sent);
        sent.clear();
        // Somebody who takes this node for the leader has passed it on.
        admissions.requested(new JoinRequest(newcomer, true, false), follows(2));
        assertEquals(Map.of("host:9", new JoinReply(9, false, "CLUSTERDOWN no leader is known at the moment")), sent);
    }
}
