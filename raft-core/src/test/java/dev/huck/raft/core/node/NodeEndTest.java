package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.HuckException;
import dev.huck.raft.api.MembershipChange;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.Role;
import dev.huck.raft.api.spi.CorruptLogException;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.consensus.Entries;
import dev.huck.raft.core.consensus.Loss;
import dev.huck.raft.core.consensus.Message.Append;
import dev.huck.raft.core.storage.Incarnation;
import dev.huck.raft.core.storage.NodeFile;
import dev.huck.raft.core.storage.NodeRecord;
import dev.huck.raft.core.wire.Envelope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How a whole node ends when something beneath it does not do as it should. */
@Timeout(60)
class NodeEndTest {
    @Test
    void anAddressThatNobodyWouldAcceptIsRefusedWhereItIsSet() throws Exception {
        NodeWorld world = new NodeWorld(store -> store);
        String address = "h".repeat(Peers.LONGEST_ADDRESS) + ":1";
        HuckException refused = assertThrows(
                HuckException.StartFailed.class,
                () -> world.open(Options.builder().advertise(address)));
        assertTrue(String.valueOf(refused.getMessage()).contains("shorter --advertise"), refused.getMessage());
    }

    @Test
    void aNodeThatIsClosedLeavesTheMarkOfACleanEnd() throws Exception {
        NodeWorld world = new NodeWorld(store -> store);
        RaftNode node = world.open();
        assertFalse(isMarkedClean(world));
        node.close();
        assertTrue(isMarkedClean(world));
    }

    @Test
    void anErrorInTheLogStoreEndsTheNodeWithoutTheMarkOfACleanEnd() throws Exception {
        NodeWorld world = new NodeWorld(store -> new Spoiled(store) {
            @Override
            public void append(List<LogEntry> entries) throws IOException {
                if (entries.stream().anyMatch(entry -> Entries.type(entry.payload()) == Entries.COMMANDS)) {
                    throw new OutOfMemoryError("planned");
                }
                super.append(entries);
            }
        });
        RaftNode node = world.open();
        awaitLeader(node);
        var answer = node.client().send("inc");
        HuckException stopped = assertThrows(HuckException.class, node::awaitClose);
        assertTrue(String.valueOf(stopped.getMessage()).contains("planned"), stopped.getMessage());
        assertFalse(isMarkedClean(world));
        String told = answer.toCompletableFuture().get(10, TimeUnit.SECONDS).toString();
        assertTrue(told.contains("UNKNOWN"), told);
    }

    @ParameterizedTest
    @MethodSource("ofEveryKind")
    void aLastSyncThatFailsIsToldToWhoWaitsForTheEnd(Throwable planned) throws Exception {
        CountDownLatch armed = new CountDownLatch(1);
        NodeWorld world = new NodeWorld(store -> new Spoiled(store) {
            @Override
            public void sync() throws IOException {
                if (armed.getCount() == 0) {
                    raise(planned);
                }
                super.sync();
            }
        });
        RaftNode node = world.open(Options.builder().durability(Durability.MEDIUM));
        awaitLeader(node);
        armed.countDown();
        node.close();
        HuckException stopped = assertThrows(HuckException.StorageFailed.class, node::awaitClose);
        assertTrue(String.valueOf(stopped.getMessage()).contains("planned"), stopped.getMessage());
        assertFalse(isMarkedClean(world));
    }

    @ParameterizedTest
    @MethodSource("exceptions")
    void aLogThatCannotBeClosedHoldsNobodyUp(Throwable planned) throws Exception {
        NodeWorld world = new NodeWorld(store -> new Spoiled(store) {
            @Override
            public void close() throws IOException {
                raise(planned);
            }
        });
        RaftNode node = world.open();
        node.close();
        assertTrue(world.transportClosed);
        HuckException stopped = assertThrows(HuckException.StorageFailed.class, node::awaitClose);
        assertTrue(String.valueOf(stopped.getMessage()).contains("planned"), stopped.getMessage());
    }

    @ParameterizedTest
    @MethodSource("ofEveryKind")
    void belowHighTheNextStartIsToldOfAWriteThatFailed(Throwable planned) throws Exception {
        NodeWorld world = new NodeWorld(store -> new Spoiled(store) {
            @Override
            public void append(List<LogEntry> entries) throws IOException {
                if (entries.stream().anyMatch(entry -> Entries.type(entry.payload()) == Entries.COMMANDS)) {
                    raise(planned);
                }
                super.append(entries);
            }
        });
        RaftNode node = world.open(Options.builder().durability(Durability.MEDIUM));
        awaitLeader(node);
        node.client().send("inc");
        assertThrows(HuckException.class, node::awaitClose);
        // An error of the program says nothing of the disk: what was written is still with the operating system.
        boolean ofTheDisk = planned instanceof IOException || planned instanceof UncheckedIOException;
        assertEquals(ofTheDisk ? Loss.POWER : Loss.NONE, record(world).loss());
    }

    static Stream<Throwable> ofEveryKind() {
        return Stream.concat(exceptions(), Stream.of(new OutOfMemoryError("planned")));
    }

    static Stream<Throwable> exceptions() {
        return Stream.of(
                new IOException("planned"),
                new UncheckedIOException(new IOException("planned")),
                new IllegalStateException("planned"));
    }

    private static void raise(Throwable planned) throws IOException {
        if (planned instanceof IOException e) {
            throw e;
        } else if (planned instanceof RuntimeException e) {
            throw e;
        } else if (planned instanceof Error e) {
            throw e;
        }
        throw new AssertionError(planned);
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void aWriteThatFailedIsRememberedAtEveryLevelWithTheLastEntryThatIsOnDisk(Durability level) throws Exception {
        long[] last = new long[1];
        NodeWorld world = new NodeWorld(store -> new Spoiled(store) {
            @Override
            public void append(List<LogEntry> entries) throws IOException {
                if (entries.stream().anyMatch(entry -> Entries.type(entry.payload()) == Entries.COMMANDS)) {
                    throw new IOException("planned");
                }
                super.append(entries);
            }

            @Override
            public void sync() throws IOException {
                super.sync();
                last[0] = last().index();
            }
        });
        RaftNode node = world.open(Options.builder().durability(level));
        awaitLeader(node);
        node.client().send("inc");
        assertThrows(HuckException.StorageFailed.class, node::awaitClose);
        assertEquals(last[0], record(world).trusted());
        assertEquals(
                level == Durability.HIGH ? Loss.NONE : Loss.POWER, record(world).loss());
    }

    @Test
    void aSyncThatFailedIsRememberedAndWhatItWasForIsNotTrusted() throws Exception {
        AtomicBoolean armed = new AtomicBoolean();
        NodeWorld world = new NodeWorld(store -> new Spoiled(store) {
            @Override
            public void sync() throws IOException {
                if (armed.get()) {
                    throw new IOException("planned");
                }
                super.sync();
            }
        });
        RaftNode node = world.open();
        awaitLeader(node);
        node.client().send("inc").toCompletableFuture().get(10, TimeUnit.SECONDS);
        long synced = node.raft().last().index();
        armed.set(true);
        node.client().send("inc");
        assertThrows(HuckException.StorageFailed.class, node::awaitClose);
        assertEquals(synced, record(world).trusted());
    }

    @Test
    void whoWaitsForAChangeOfMembersLearnsThatItsOutcomeIsUnknownWhenTheNodeEnds() throws Exception {
        CountDownLatch armed = new CountDownLatch(1);
        NodeWorld world = new NodeWorld(store -> new Spoiled(store) {
            @Override
            public void append(List<LogEntry> entries) throws IOException {
                if (armed.getCount() == 0) {
                    throw new IOException("planned");
                }
                super.append(entries);
            }
        });
        RaftNode node = world.open();
        awaitLeader(node);
        NodeWorld.changed(node, node.address());
        armed.countDown();
        assertUnknown(node.changeMembers(
                MembershipChange.builder().move(node.address(), "127.0.0.1:3").build()));
    }

    @Test
    void whoWaitsForTheLogToShrinkIsToldWhenTheNodeEnds() throws Exception {
        NodeWorld world = new NodeWorld(store -> new Spoiled(store) {
            @Override
            public void shrink() throws IOException {
                throw new IOException("planned");
            }
        });
        assertUnknown(world.open().shrinkLog());
    }

    private static void assertUnknown(CompletionStage<?> call) {
        ExecutionException end = assertThrows(
                ExecutionException.class, () -> call.toCompletableFuture().get(10, TimeUnit.SECONDS));
        assertInstanceOf(HuckException.OutcomeUnknown.class, end.getCause());
    }

    @Test
    void aDiskThatHangsDoesNotHoldUpTheEndForEver() throws Exception {
        CountDownLatch armed = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        NodeWorld world = new NodeWorld(store -> new Spoiled(store) {
            @Override
            public void sync() throws IOException {
                if (armed.getCount() == 0) {
                    awaitUninterruptibly(released);
                }
                super.sync();
            }
        });
        RaftNode node = world.open();
        awaitLeader(node);
        armed.countDown();
        node.shutdown();
        HuckException stopped = assertThrows(HuckException.StorageFailed.class, node::awaitClose);
        assertTrue(String.valueOf(stopped.getMessage()).contains("disk has not answered"), stopped.getMessage());
        assertTrue(world.transportClosed);
        released.countDown();
    }

    @Test
    void aCoreThatContradictsItselfEndsTheNodeAndNothingMoreLeavesIt() throws Exception {
        NodeWorld world = new NodeWorld(store -> store);
        RaftNode node = world.open();
        awaitLeader(node);
        long self = node.raft().storeId();
        long term = node.raft().term();
        long cluster = record(world).clusterId();
        Append usurper = new Append(self + 1, self, term, 1, 1, LogPosition.START, List.of(), 0);
        world.receive(new Envelope(cluster, 0, self, "127.0.0.1:2", new Incarnation(1, 1), 0, usurper));
        Append later = new Append(self + 1, self, term + 1, 2, 2, LogPosition.START, List.of(), 0);
        world.receive(new Envelope(cluster, 0, self, "127.0.0.1:2", new Incarnation(1, 1), 0, later));
        HuckException stopped = assertThrows(HuckException.class, node::awaitClose);
        assertTrue(String.valueOf(stopped.getMessage()).contains("two leaders in term " + term), stopped.getMessage());
        assertEquals(List.of(), world.sent);
        assertEquals(term, node.raft().term());
    }

    @Test
    void anEntryThatCannotBeReadAnyMoreEndsTheNodeAndTheNextStartReadsAll() throws Exception {
        NodeWorld world = new NodeWorld(store -> new Spoiled(store) {
            @Override
            public void shrink() throws IOException {
                throw new CorruptLogException("log: entry 1: checksum", 1);
            }
        });
        RaftNode node = world.open();
        awaitLeader(node);
        node.shrinkLog(); // Whatever it is that reads: all goes through the same stream.
        HuckException stopped = assertThrows(HuckException.StorageFailed.class, node::awaitClose);
        assertTrue(String.valueOf(stopped.getMessage()).contains("start this node again"), stopped.getMessage());
        assertEquals(Loss.NONE, record(world).loss());
    }

    @Test
    void aMachineThatHangsHoldsUpNeitherTheEndNorWhoWaitsInThisProcess() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        NodeWorld world = new NodeWorld(store -> store);
        RaftNode node = world.open(Options.builder(), () -> {
            entered.countDown();
            awaitUninterruptibly(released);
            return false;
        });
        awaitLeader(node);
        var answer = node.client().send("error");
        entered.await();
        node.shutdown();
        HuckException stopped = assertThrows(HuckException.StorageFailed.class, node::awaitClose);
        assertTrue(String.valueOf(stopped.getMessage()).contains("the machine has not answered"), stopped.getMessage());
        String told = answer.toCompletableFuture().get(10, TimeUnit.SECONDS).toString();
        assertTrue(told.contains("UNKNOWN"), told);
        released.countDown();
    }

    private static void awaitLeader(RaftNode node) throws InterruptedException {
        while (node.status().role() != Role.LEADER) {
            Thread.sleep(1);
        }
    }

    private static boolean isMarkedClean(NodeWorld world) throws IOException {
        return record(world).clean();
    }

    private static NodeRecord record(NodeWorld world) throws IOException {
        try (NodeFile file = NodeFile.open(world.disk)) {
            return Objects.requireNonNull(file.record());
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
