package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Command;
import dev.huck.raft.api.CommandSpec;
import dev.huck.raft.api.Result;
import dev.huck.raft.api.Snapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** The machine as a whole: its snapshots, its determinism, and what it says of itself. */
class CloneMachineTest {
    private final CloneMachine machine = new CloneMachine();
    private final DirectNode node = new DirectNode(machine);

    @Test
    void restoredMachineHoldsWhatTheSnapshotHeld() throws IOException {
        byte[] allBytes = new byte[256];
        for (int i = 0; i < 256; i++) {
            allBytes[i] = (byte) i;
        }
        node.send("SET", allBytes, new byte[0]);
        node.send("SET", "", allBytes);
        node.send("SET", "n", 5);

        DirectNode restored = DirectNode.restored(node.snapshot());

        assertEquals(new Result.Int(3), restored.send("DBSIZE"));
        assertEquals(new Result.Bulk(new byte[0]), restored.send("GET", allBytes));
        assertEquals(new Result.Bulk(allBytes), restored.send("GET", ""));
        assertEquals(new Result.Int(6), restored.send("INCR", "n"));
    }

    @Test
    void emptyMachineIsRestoredEmpty() throws IOException {
        assertEquals(new Result.Int(0), DirectNode.restored(node.snapshot()).send("DBSIZE"));
    }

    @Test
    void snapshotWrittenWhileCommandsGoOnIsTheStateAtItsCapture() throws Exception {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
        for (int i = 0; i < 50_000; i++) {
            node.send("SET", "key:" + random.nextInt(30_000), i);
        }
        byte[] expected = node.snapshot();
        Snapshot snapshot = machine.snapshot();
        ExecutorService background = Executors.newSingleThreadExecutor();
        try {
            Future<byte[]> written = background.submit(() -> {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                snapshot.writeTo(new DataOutputStream(bytes));
                return bytes.toByteArray();
            });
            int changes = 0;
            do {
                String key = "key:" + random.nextInt(30_000);
                switch (changes++ % 4) {
                    case 0 -> node.send("DEL", key);
                    case 1 -> node.send("APPEND", key, "x");
                    default -> node.send("SET", key, changes);
                }
            } while (!written.isDone() || changes < 20_000);
            assertArrayEquals(expected, written.get());
        } finally {
            background.shutdownNow();
        }
        assertFalse(java.util.Arrays.equals(expected, node.snapshot()), "nothing was changed meanwhile");
    }

    @Test
    void replayOfTheLogGivesTheSameBytesOnEveryNode() throws IOException {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(8);
        for (int i = 0; i < 20_000; i++) {
            node.send(randomWrite(random));
        }
        DirectNode follower = new DirectNode(new CloneMachine());
        node.log().forEach(follower::apply);

        assertArrayEquals(node.snapshot(), follower.snapshot());
        assertTrue(node.log().size() > 10_000, "too few writes");
    }

    @Test
    void replayUponASnapshotGivesTheSameBytesAsTheWholeLog() throws IOException {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(9);
        for (int i = 0; i < 5_000; i++) {
            node.send(randomWrite(random));
        }
        DirectNode follower = DirectNode.restored(node.snapshot());
        int captured = node.log().size();
        for (int i = 0; i < 5_000; i++) {
            node.send(randomWrite(random));
        }
        node.log().subList(captured, node.log().size()).forEach(follower::apply);

        assertArrayEquals(node.snapshot(), follower.snapshot());
    }

    @Test
    void snapshotOfALaterFormatIsRefusedByName() {
        byte[] later = ByteBuffer.allocate(12).putInt(7).array();
        IOException refusal = assertThrows(IOException.class, () -> restore(later));
        assertEquals("a snapshot of format 7; this version of the clone reads 1", refusal.getMessage());
    }

    @Test
    void snapshotThatIsCutOffIsRefused() throws IOException {
        node.send("SET", "key", "value");
        byte[] whole = node.snapshot();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(whole, length);
            assertThrows(EOFException.class, () -> restore(cut), length + " bytes");
        }
    }

    @Test
    void snapshotWithAnImpossibleLengthTakesNoMemory() {
        byte[] bad = ByteBuffer.allocate(16)
                .putInt(1)
                .putLong(1)
                .putInt(Integer.MAX_VALUE)
                .array();
        IOException refusal = assertThrows(IOException.class, () -> restore(bad));
        assertEquals("a string of 2147483647 bytes in the snapshot", refusal.getMessage());
    }

    @Test
    void snapshotOutOfOrderIsRefused() {
        byte[] bad = ByteBuffer.allocate(64)
                .putInt(1)
                .putLong(2)
                .putInt(1)
                .put((byte) 'b')
                .putInt(0)
                .putInt(1)
                .put((byte) 'a')
                .putInt(0)
                .array();
        IOException refusal = assertThrows(IOException.class, () -> restore(bad));
        assertEquals("entry 1 of the snapshot is out of order", refusal.getMessage());
    }

    @Test
    void infoCountsKeysAsRedisDoes() {
        assertEquals(Map.of("Keyspace", Map.of()), machine.info());
        node.send("MSET", "a", 1, "b", 2);
        assertEquals(Map.of("Keyspace", Map.of("db0", "keys=2,expires=0,avg_ttl=0")), machine.info());
    }

    @Test
    void unknownCommandIsAnsweredInRedisWords() {
        assertEquals(
                new Result.Error("ERR unknown command 'LPUSH', with args beginning with: 'list' 'x' "),
                node.send("LPUSH", "list", "x"));
    }

    @Test
    void everyCommandIsDescribed() {
        for (CommandSpec spec : machine.commands().specs()) {
            assertFalse(spec.summary().isEmpty(), spec.name());
            assertTrue(spec.flags().contains("write")
                    || spec.flags().contains("readonly")
                    || spec.name().equals("config"));
            assertTrue(spec.arity().most() == 0 || !spec.arguments().isEmpty(), spec.name() + " names no arguments");
        }
    }

    @Test
    void commandsAreDescribedWithTheNumbersThatRedisGives() {
        // name, arity, first key, last key, step: as COMMAND INFO of Redis 7.0 shows them
        List<String> expected = List.of(
                "append 3 1 1 1",
                "config -2 0 0 0",
                "dbsize 1 0 0 0",
                "decr 2 1 1 1",
                "decrby 3 1 1 1",
                "del -2 1 -1 1",
                "exists -2 1 -1 1",
                "flushall -1 0 0 0",
                "flushdb -1 0 0 0",
                "get 2 1 1 1",
                "getdel 2 1 1 1",
                "getset 3 1 1 1",
                "incr 2 1 1 1",
                "incrby 3 1 1 1",
                "keys 2 0 0 0",
                "mget -2 1 -1 1",
                "mset -3 1 -1 2",
                "set -3 1 1 1",
                "setnx 3 1 1 1",
                "strlen 2 1 1 1");
        List<String> actual = machine.commands().specs().stream()
                .map(spec -> spec.name() + " " + spec.arity().redis() + " " + spec.firstKey() + " " + spec.lastKey()
                        + " " + spec.keyStep())
                .sorted()
                .toList();
        assertEquals(expected, actual);
    }

    private static void restore(byte[] bytes) throws IOException {
        new CloneMachine().restore(new DataInputStream(new ByteArrayInputStream(bytes)));
    }

    private static Command randomWrite(RandomGenerator random) {
        String key = "key:" + random.nextInt(500);
        return switch (random.nextInt(11)) {
            case 0 -> Command.of("DEL", key, "key:" + random.nextInt(500));
            case 1 -> Command.of("INCRBY", key, random.nextLong());
            case 2 -> Command.of("DECRBY", key, random.nextInt(-100, 100));
            case 3 -> Command.of("APPEND", key, random.nextInt(10));
            case 4 -> Command.of("SETNX", key, random.nextInt());
            case 5 -> Command.of("GETSET", key, random.nextInt(1000));
            case 6 -> Command.of("GETDEL", key);
            case 7 -> Command.of("MSET", key, 1, "key:" + random.nextInt(500), "text");
            case 8 -> random.nextInt(500) == 0 ? Command.of("FLUSHALL") : Command.of("INCR", key);
            case 9 -> Command.of("DECR", key);
            default -> Command.of("SET", key, random.nextInt(1_000_000));
        };
    }
}
