package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.core.consensus.Comparison;
import dev.huck.raft.core.consensus.Configuration;
import dev.huck.raft.core.consensus.Entries;
import dev.huck.raft.core.consensus.Member;
import dev.huck.raft.core.storage.Incarnation;
import dev.huck.raft.core.storage.SnapshotFiles;
import dev.huck.raft.core.wire.FrameException;
import dev.huck.raft.core.wire.PeerCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Several nodes' machines compared, without the machines. */
class AgreementTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final StepStage stage = new StepStage();
    private final TreeMap<String, Node> nodes = new TreeMap<>();

    private final class Node {
        final long store;
        final MachineState state =
                new MachineState(() -> new TestMachine(() -> false), SnapshotFiles.open(new MemoryDisk(), 2));
        final List<Agreement.Finding> findings = new ArrayList<>();
        final Agreement agreement;
        boolean reachable = true;
        /** Its machine is rebuilt, and right, when it is asked for the time of this number; 0 for never. */
        int rebuiltAtQuestion;
        /** Entries that all apply whenever it is asked. */
        int appliedAtQuestion;

        Node(long store, Configuration configuration) throws IOException {
            this.store = store;
            Peers peers = new Peers(
                    store, new Incarnation(1, store), address(store), new TestTransport(this::send), 1, new Metrics());
            peers.configuration(configuration);
            state.configured(configuration);
            agreement = new Agreement(store, peers, stage, stage::execute, state, findings::add);
            agreement.start();
        }

        private void send(String address, byte[] frame) {
            stage.execute(() -> nodes.get(address).receive(frame));
        }

        private void receive(byte[] frame) {
            try {
                Comparison message = (Comparison) PeerCodec.decode(frame).message();
                String sender = PeerCodec.decode(frame).senderAddress();
                if (!reachable || !nodes.get(sender).reachable) {
                    return;
                }
                if (message instanceof Comparison.Report report) {
                    agreement.reported(report);
                } else if (message instanceof Comparison.Question question) {
                    if (--rebuiltAtQuestion == 0) {
                        rebuild();
                    }
                    if (appliedAtQuestion > 0) {
                        long more = state.digest().index() + appliedAtQuestion;
                        nodes.values().forEach(node -> node.apply(more, 0));
                    }
                    agreement.asked(question, sender);
                } else if (message instanceof Comparison.Answer answer) {
                    agreement.answered(answer);
                }
            } catch (FrameException e) {
                throw new AssertionError(e);
            }
        }

        private void rebuild() {
            long to = state.digest().index();
            state.digest().begin(0, 0);
            agreement.restarted();
            apply(to, 0);
        }

        /** Applies up to an entry, with another result than others at one. */
        void apply(long to, long wrongAt) {
            for (long index = state.digest().index() + 1; index <= to; index++) {
                state.digest().result(index == wrongAt ? -1 : index);
                state.digest().applied(new LogEntry(index, 1, Entries.noop(index)));
            }
            agreement.moved();
        }
    }

    private static String address(long store) {
        return "10.0.0." + store + ":7481";
    }

    private List<Node> cluster(int size) throws IOException {
        List<Member> members = new ArrayList<>();
        for (long store = 1; store <= size; store++) {
            members.add(new Member(store, "n" + store, address(store), Member.Voting.VOTER, Member.Versions.CURRENT));
        }
        Configuration configuration = new Configuration(1, members, Configuration.Settings.DEFAULT);
        for (long store = 1; store <= size; store++) {
            nodes.put(address(store), new Node(store, configuration));
        }
        return List.copyOf(nodes.values());
    }

    private void pass(int seconds) {
        for (int i = 0; i < seconds; i++) {
            stage.pass(SECOND);
        }
    }

    @Test
    void machinesThatAgreeFindNothing() throws IOException {
        List<Node> all = cluster(3);
        all.get(0).apply(100, 0);
        pass(3);
        all.get(1).apply(70, 0);
        all.get(2).apply(200, 0);
        pass(3);
        all.forEach(node -> assertTrue(node.findings.isEmpty()));
    }

    @Test
    void firstEntryWithAnotherResultIsNamedByAllAndSoIsTheOneThatStandsAlone() throws IOException {
        List<Node> all = cluster(5);
        for (Node node : all) {
            node.apply(1_000, node.store == 4 ? 437 : 0);
        }
        pass(3);
        for (Node node : all) {
            assertEquals(1, node.findings.size());
            Agreement.Finding finding = node.findings.get(0);
            assertTrue(finding.exact());
            assertEquals(437, finding.index());
            assertEquals(4, finding.alone());
        }
    }

    @Test
    void differenceIsFoundWhateverTheOthersHaveAppliedMeanwhile() throws IOException {
        List<Node> all = cluster(3);
        all.forEach(node -> node.apply(50, 0));
        pass(3);
        all.get(0).apply(90, 60);
        all.get(1).apply(55, 0);
        all.get(2).apply(300, 0);
        pass(5);
        assertEquals(
                List.of(0L),
                all.get(2).findings.stream().map(Agreement.Finding::alone).toList());
        all.get(1).apply(300, 0);
        all.get(0).apply(300, 60);
        pass(5);
        assertEquals(
                List.of(0L, 1L),
                all.get(2).findings.stream().map(Agreement.Finding::alone).toList());
        assertEquals(60, all.get(0).findings.get(0).index());
        assertEquals(1, all.get(0).findings.get(0).alone());
    }

    /** What was the same before a restart is computed again after it, from the snapshot on. */
    @Test
    void firstDifferenceIsFoundBelowWhatWasTheSameBeforeTheOtherOneStartedAgain() throws IOException {
        List<Node> all = cluster(3);
        all.forEach(node -> node.apply(209, 0));
        pass(3);
        Node restarted = all.get(2);
        restarted.state.digest().begin(166, restarted.state.digest().at(166));
        restarted.agreement.restarted();
        restarted.apply(214, 167);
        all.get(0).apply(230, 0);
        all.get(1).apply(230, 0);
        pass(5);
        restarted.apply(230, 0);
        pass(5);
        assertEquals(List.of(new Agreement.Finding(167, true, 3, Set.of(3L))), all.get(0).findings);
        assertEquals(List.of(new Agreement.Finding(167, true, 3, Set.of(3L))), all.get(1).findings);
        assertEquals(List.of(new Agreement.Finding(167, true, 3, Set.of(1L, 2L))), restarted.findings);
    }

    @Test
    void ofTwoThatDifferNobodyIsSaidToBeWrong() throws IOException {
        List<Node> all = cluster(2);
        all.get(0).apply(20, 10);
        all.get(1).apply(20, 0);
        pass(5);
        for (Node node : all) {
            assertEquals(
                    List.of(10L),
                    node.findings.stream().map(Agreement.Finding::index).toList());
            assertEquals(0, node.findings.get(0).alone());
        }
    }

    @Test
    void twoOfFiveThatAreWrongInTheSameWayAreNamedAndGoOn() throws IOException {
        List<Node> all = cluster(5);
        for (Node node : all) {
            node.apply(20, node.store <= 2 ? 7 : 0);
        }
        pass(5);
        for (Node node : all) {
            assertEquals(7, node.findings.get(0).index());
            assertEquals(0, node.findings.get(0).alone());
        }
    }

    @Test
    void withoutAMajorityInReachNobodyIsSaidToBeWrong() throws IOException {
        List<Node> all = cluster(5);
        for (Node node : all) {
            node.apply(20, node.store == 1 ? 7 : 0);
            node.reachable = node.store <= 3;
        }
        pass(10);
        assertEquals(0, all.get(0).findings.get(0).alone());
        assertEquals(List.of(2L, 3L), List.copyOf(all.get(0).findings.get(0).others()));
    }

    @Test
    void differenceOlderThanWhatIsKeptIsNamedAsThat() throws IOException {
        List<Node> all = cluster(3);
        for (Node node : all) {
            node.apply(Digest.KEPT + 500L, node.store == 1 ? 3 : 0);
        }
        pass(3);
        Agreement.Finding finding = all.get(0).findings.get(0);
        assertFalse(finding.exact());
        assertEquals(501, finding.index());
        assertEquals(1, finding.alone());
    }

    @Test
    void firstDifferenceIsNamedThoughAMemberIsAwayAndTwoHundredThousandEntriesASecondGoOn() throws IOException {
        List<Node> all = cluster(5);
        all.get(4).reachable = false;
        long applied = 0;
        for (int step = 0; step < 30; step++) {
            applied += 20_000;
            for (Node node : all.subList(0, 4)) {
                node.apply(applied, node.store == 2 ? 190_000 : 0);
            }
            stage.pass(SECOND / 10);
        }
        for (Node node : all.subList(0, 4)) {
            assertEquals(1, node.findings.size());
            assertTrue(node.findings.get(0).exact());
            assertEquals(190_000, node.findings.get(0).index());
            assertEquals(2, node.findings.get(0).alone());
        }
    }

    @Test
    void whoStandsAloneIsNamedThoughWhatWasSearchedIsForgottenBeforeTheSearchEnds() throws IOException {
        List<Node> all = cluster(3);
        for (Node node : all) {
            node.apply(1_000, node.store == 3 ? 700 : 0);
            node.appliedAtQuestion = Digest.KEPT / 8;
        }
        stage.pass(SECOND);
        assertEquals(3, all.get(0).findings.get(0).alone());
        assertFalse(all.get(0).findings.get(0).exact());
    }

    @Test
    void machineThatIsRebuiltAmidTheSearchIsNotNamedForAnEntryAtWhichItWasRight() throws IOException {
        int unnamed = 0;
        for (int question = 1; question <= 24; question++) {
            nodes.clear();
            List<Node> all = cluster(3);
            for (Node node : all) {
                node.apply(100, node.store == 1 ? 60 : 0);
            }
            all.get(0).rebuiltAtQuestion = question;
            pass(5);
            for (Node node : all) {
                for (Agreement.Finding finding : node.findings) {
                    assertEquals(60, finding.index(), "rebuilt at question " + question);
                    assertTrue(finding.exact());
                }
                unnamed += node.findings.isEmpty() ? 1 : 0;
                node.agreement.stop();
            }
        }
        assertTrue(unnamed > 0, "no search was cut short");
    }

    @Test
    void digestGoesOnFromASnapshot() throws IOException {
        List<Node> all = cluster(3);
        all.get(0).apply(100, 0);
        all.get(1).state.digest().begin(60, all.get(0).state.digest().at(60));
        all.get(1).apply(100, 0);
        assertEquals(
                all.get(0).state.digest().value(), all.get(1).state.digest().value());
        all.get(2).state.digest().begin(60, 0);
        all.get(2).apply(100, 0);
        assertNotEquals(
                all.get(0).state.digest().value(), all.get(2).state.digest().value());
        pass(3);
        assertEquals(3, all.get(2).findings.get(0).alone());
    }
}
