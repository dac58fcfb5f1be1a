package dev.huck.raft.testkit.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One writer and several readers of one store. Each entry's payload holds a link to the one before it, so a reader that is
 * handed entries of two histories finds a link that does not fit.
 */
final class ConcurrentReads {
    private static final int READERS = 3;
    private static final int CHANGES = 300;
    private static final int READS = 60;

    private final LogStore store;
    private final Random random;
    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicInteger reads = new AtomicInteger();

    // Links of the entries in the log, by index; the writer's.
    private final List<Long> links = new ArrayList<>(List.of(0L));

    ConcurrentReads(LogStore store, long seed) {
        this.store = store;
        this.random = new Random(seed);
    }

    void run() throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(READERS);
        try {
            List<Future<?>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                readers.add(executor.submit(this::readUntilDone));
            }
            try {
                change(readers);
            } finally {
                done.set(true);
            }
            for (Future<?> reader : readers) {
                reader.get();
            }
        } finally {
            executor.shutdownNow();
        }
    }

    /** Goes on until readers have read enough, or one has failed. */
    private void change(List<Future<?>> readers) throws IOException {
        for (int i = 0; i < CHANGES || reads.get() < READS; i++) {
            if (readers.stream().anyMatch(Future::isDone)) {
                return;
            }
            change();
        }
    }

    private void change() throws IOException {
        long base = store.base().index();
        long last = store.last().index();
        int dice = random.nextInt(10);
        if (dice < 6 || last - base < 1000) {
            append(last, 1 + random.nextInt(500));
        } else if (dice < 9) {
            long from = last - random.nextInt(900);
            store.truncateSuffix(from);
            links.subList((int) from, links.size()).clear();
        } else {
            store.truncatePrefix(base + random.nextInt(500));
        }
    }

    private void append(long last, int count) throws IOException {
        List<LogEntry> entries = new ArrayList<>();
        for (long index = last + 1; index <= last + count; index++) {
            long before = links.get(links.size() - 1);
            long link = random.nextLong();
            links.add(link);
            byte[] payload =
                    ByteBuffer.allocate(64).putLong(before).putLong(link).array();
            entries.add(new LogEntry(index, 1, payload));
        }
        store.append(entries);
    }

    private Void readUntilDone() throws IOException {
        while (!done.get()) {
            Chain chain = new Chain(store.base().index() + 1);
            long count = store.read(chain.next, chain::accept);
            assertEquals(chain.count, count);
            assertTrue(count == 0 || store.last().index() >= store.base().index());
            if (count > 0) {
                reads.incrementAndGet();
            }
        }
        return null;
    }

    /** Checks that what one read hands over fits together. */
    private static final class Chain {
        private long next;
        private long count;
        private long link;

        Chain(long from) {
            next = from;
        }

        boolean accept(LogEntry entry) {
            assertEquals(next, entry.index(), "entries are consecutive");
            ByteBuffer payload = ByteBuffer.wrap(entry.payload());
            long before = payload.getLong();
            if (count > 0) {
                assertEquals(link, before, () -> "entry " + entry.index() + " follows the one read before it");
            }
            link = payload.getLong();
            next++;
            count++;
            return true;
        }
    }
}
