package dev.huck.example.clone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTreeTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithASortedMapWhateverIsDone(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        int keys = 1 << random.nextInt(2, 15);
        KeyTree tree = new KeyTree();
        NavigableMap<byte[], byte[]> model = new TreeMap<>(Arrays::compareUnsigned);
        for (int step = 0; step < 40_000; step++) {
            // Grows at first, then shrinks, so that nodes split and join.
            boolean put = random.nextInt(100) < (step < 20_000 ? 70 : 30);
            byte[] key = key(random.nextInt(keys));
            if (put) {
                byte[] value = {(byte) step, (byte) (step >> 8)};
                tree.put(key, value);
                model.put(key, value);
            } else {
                assertArrayEquals(model.remove(key), tree.remove(key), "seed " + seed + ", step " + step);
            }
            if (random.nextInt(2_000) == 0) {
                tree.capture();
            }
        }
        assertEquals(model.size(), tree.size(), "seed " + seed);
        assertSame(model, entries(tree.capture()), "seed " + seed);
        for (int i = 0; i < keys; i++) {
            assertArrayEquals(model.get(key(i)), tree.get(key(i)), "seed " + seed + ", key " + i);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void visitBeginsAtTheFirstKeyThatIsNotBelow(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        KeyTree tree = new KeyTree();
        NavigableMap<byte[], byte[]> model = new TreeMap<>(Arrays::compareUnsigned);
        for (int i = 0; i < 3_000; i++) {
            byte[] key = key(random.nextInt(10_000));
            tree.put(key, key);
            model.put(key, key);
        }
        for (int i = 0; i < 2_000; i++) {
            byte[] removed = key(random.nextInt(10_000));
            tree.remove(removed);
            model.remove(removed);
        }
        for (int i = 0; i < 500; i++) {
            byte[] from = key(random.nextInt(10_000));
            List<byte[]> seen = new ArrayList<>();
            tree.visit(from, (key, value) -> {
                seen.add(key);
                return seen.size() < 5;
            });
            List<byte[]> expected =
                    model.tailMap(from, true).keySet().stream().limit(5).toList();
            assertArrayEquals(expected.toArray(), seen.toArray(), "seed " + seed);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24, 25, 26})
    void captureKeepsItsStateWhateverIsDoneLater(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        KeyTree tree = new KeyTree();
        NavigableMap<byte[], byte[]> model = new TreeMap<>(Arrays::compareUnsigned);
        List<KeyTree.View> views = new ArrayList<>();
        List<NavigableMap<byte[], byte[]>> states = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            byte[] key = key(random.nextInt(3_000));
            switch (random.nextInt(100)) {
                case 0 -> {
                    views.add(tree.capture());
                    states.add(new TreeMap<>(model));
                }
                case 1 -> {
                    if (random.nextInt(20) == 0) {
                        tree.clear();
                        model.clear();
                    }
                }
                default -> {
                    if (random.nextInt(5) < 3) {
                        byte[] value = ByteBuffer.allocate(4).putInt(step).array();
                        tree.put(key, value);
                        model.put(key, value);
                    } else {
                        tree.remove(key);
                        model.remove(key);
                    }
                }
            }
        }
        for (int i = 0; i < views.size(); i++) {
            assertEquals(states.get(i).size(), views.get(i).size(), "seed " + seed + ", capture " + i);
            assertSame(states.get(i), entries(views.get(i)), "seed " + seed + ", capture " + i);
        }
    }

    @Test
    void captureIsReadByAnotherThreadWhileTheTreeChanges() throws Exception {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(31);
        KeyTree tree = new KeyTree();
        for (int i = 0; i < 20_000; i++) {
            tree.put(key(i), key(i));
        }
        NavigableMap<byte[], byte[]> state = entries(tree.capture());
        ExecutorService reader = Executors.newSingleThreadExecutor();
        try {
            KeyTree.View view = tree.capture();
            Future<NavigableMap<byte[], byte[]>> read = reader.submit(() -> {
                NavigableMap<byte[], byte[]> last = entries(view);
                for (int i = 0; i < 20; i++) {
                    assertSame(last, entries(view), "pass " + i);
                }
                return last;
            });
            while (!read.isDone()) {
                byte[] key = key(random.nextInt(40_000));
                if (random.nextBoolean()) {
                    tree.put(key, new byte[] {1});
                } else {
                    tree.remove(key);
                }
            }
            assertSame(state, read.get(), "the captured state");
        } finally {
            reader.shutdownNow();
        }
    }

    @Test
    void ascendingKeysLeaveFullNodes() {
        KeyTree tree = new KeyTree();
        int count = KeyTree.CAPACITY * KeyTree.CAPACITY;
        for (int i = 0; i < count; i++) {
            tree.put(ByteBuffer.allocate(4).putInt(i).array(), key(i));
        }
        // Full nodes make no deeper tree than needed: each split leaves all but one entry on the left.
        assertTrue(tree.leaves() <= count / (KeyTree.CAPACITY - 1) + 1, tree.leaves() + " leaves");
    }

    @Test
    void leavesAreJoinedWhenMostKeysAreGone() {
        KeyTree tree = new KeyTree();
        for (int i = 0; i < 100_000; i++) {
            tree.put(key(i), key(i));
        }
        for (int i = 0; i < 100_000; i++) {
            if (i % 50 != 0) {
                tree.remove(key(i));
            }
        }
        assertEquals(2_000, tree.size());
        assertTrue(tree.leaves() <= 2_000 / (KeyTree.CAPACITY / 4) + 1, tree.leaves() + " leaves");
    }

    @Test
    void treeThatWasEmptiedKeyByKeyIsAsGoodAsNew() {
        KeyTree tree = new KeyTree();
        for (int i = 0; i < 10_000; i++) {
            tree.put(key(i), key(i));
        }
        for (int i = 0; i < 10_000; i++) {
            assertArrayEquals(key(i), tree.remove(key(i)));
        }
        assertEquals(0, tree.size());
        assertEquals(1, tree.leaves());
        tree.put(key(5), key(6));
        assertArrayEquals(key(6), tree.get(key(5)));
    }

    @Test
    void removingWhatIsNotThereCopiesNothing() {
        KeyTree tree = new KeyTree();
        tree.put(key(1), key(1));
        KeyTree.View view = tree.capture();
        assertNull(tree.remove(key(2)));
        assertEquals(view.root(), tree.capture().root());
    }

    private static byte[] key(int i) {
        return ("key:" + i).getBytes(StandardCharsets.UTF_8);
    }

    private static NavigableMap<byte[], byte[]> entries(KeyTree.View view) {
        NavigableMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);
        byte[][] last = {null};
        view.visit(new byte[0], (key, value) -> {
            assertTrue(last[0] == null || Arrays.compareUnsigned(last[0], key) < 0, "out of order");
            last[0] = key;
            entries.put(key, value);
            return true;
        });
        return entries;
    }

    private static void assertSame(
            NavigableMap<byte[], byte[]> expected, NavigableMap<byte[], byte[]> actual, String message) {
        assertEquals(expected.size(), actual.size(), message);
        var other = actual.entrySet().iterator();
        for (Map.Entry<byte[], byte[]> entry : expected.entrySet()) {
            Map.Entry<byte[], byte[]> its = other.next();
            assertArrayEquals(entry.getKey(), its.getKey(), message);
            assertArrayEquals(entry.getValue(), its.getValue(), message);
        }
    }
}
