package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Configuration.Settings;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.consensus.Member.Versions;
import dev.huck.raft.core.consensus.Member.Voting;
import dev.huck.raft.core.consensus.Message;
import dev.huck.raft.core.storage.Incarnation;
import dev.huck.raft.core.wire.Envelope;
import dev.huck.raft.core.wire.PeerCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Who has spoken from where is remembered of members, and of some others. */
class PeersTest {
    private static final int OTHERS = 64;

    private final List<String> sentTo = new ArrayList<>();
    private final Metrics metrics = new Metrics();
    private final Peers peers = new Peers(
            1, new Incarnation(1, 1), "host:1", new TestTransport((address, frame) -> sentTo.add(address)), 1, metrics);

    private void heard(long store) {
        heard(store, "host:" + store);
    }

    private void heard(long store, String address) {
        Message message = new Message.Query(store, 1, 1, 1);
        peers.received(
                PeerCodec.encode(new Envelope(1, 0, 1, address, new Incarnation(1, 1), 0, message)),
                (envelope, taken) -> {});
    }

    /** Members that are not where they were written down. */
    private void configure(long index, long... stores) {
        List<Member> members = LongStream.of(stores)
                .mapToObj(store -> new Member(store, "n" + store, "old:" + store, Voting.VOTER, Versions.CURRENT))
                .toList();
        peers.configuration(new Configuration(index, members, Settings.DEFAULT));
    }

    private List<String> addressesOf(long store) {
        sentTo.clear();
        peers.send(new Message.Query(1, store, 1, 1));
        return List.copyOf(sentTo);
    }

    @Test
    void ofStoresThatAreNoMembersTheLastOnesToSpeakAreRemembered() {
        LongStream.range(100, 100 + OTHERS).forEach(this::heard);
        heard(100);
        heard(200);
        heard(201);
        assertEquals("host:100", peers.addressOf(100), "it has spoken since");
        assertNull(peers.addressOf(101));
        assertNull(peers.addressOf(102));
        assertEquals("host:103", peers.addressOf(103));
        assertEquals("host:201", peers.addressOf(201));
    }

    @Test
    void membersAreRememberedHoweverManyOthersSpeak() {
        configure(1, 1, 2, 3);
        heard(2);
        LongStream.range(100, 1000).forEach(this::heard);
        assertEquals(List.of("old:2", "host:2"), addressesOf(2));
        assertEquals(List.of("host:" + (1000 - OTHERS)), addressesOf(1000 - OTHERS));
        assertEquals(List.of(), addressesOf(1000 - OTHERS - 1));
    }

    @Test
    void whoIsNoMemberAnyMoreIsOneOfTheOthers() {
        configure(1, 1, 2, 3);
        heard(2);
        LongStream.range(100, 100 + OTHERS).forEach(this::heard);
        configure(2, 1, 3);
        assertEquals(List.of(), addressesOf(2));
        assertEquals("host:100", peers.addressOf(100));
    }

    @Test
    void anAddressThatIsLongerThanAnyIsRefused() {
        heard(2, "h".repeat(300));
        heard(3, "h".repeat(301));
        assertEquals("h".repeat(300), peers.addressOf(2));
        assertNull(peers.addressOf(3));
        assertEquals(1, metrics.get("received_query"));
    }
}
