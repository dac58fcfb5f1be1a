package dev.huck.log.chronicle;

import java.io.Closeable;
import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.SyncMode;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;

/**
 * A queue of Chronicle's, that is written. The only class that uses Chronicle. What is thrown here is Chronicle's: anything,
 * errors of the JVM included.
 *
 * <p>The queue's clock is the number of the segment, so that a segment begins when it is told to.
 */
final class QueueWriter implements Closeable {
    private static final int WORD = Integer.BYTES;

    /** Bytes that are mapped at a time; Chronicle takes documents of up to a quarter. */
    private static final int BLOCK_BYTES = 4 << 20;

    /** The payload of a record has at most so many bytes. */
    static final int MAX_PAYLOAD = BLOCK_BYTES / 8;

    private final SingleChronicleQueue queue;
    private final ExcerptAppender appender;

    // Read by Chronicle through the clock, on whichever thread it likes.
    private volatile int segment;

    /**
     * Makes a queue.
     *
     * @param directory there is none yet
     * @param segment the first
     */
    QueueWriter(Path directory, int segment) {
        this.segment = segment;
        queue = SingleChronicleQueueBuilder.binary(directory)
                .rollCycle(RollCycles.FAST_HOURLY)
                .timeProvider(this::clock)
                .blockSize(BLOCK_BYTES)
                .syncMode(SyncMode.NONE)
                .checkInterrupts(false)
                .build();
        ExcerptAppender created = null;
        try {
            created = queue.createAppender();
        } finally {
            if (created == null) {
                queue.close();
            }
        }
        appender = created;
        // One thread at a time: the store's lock sees to that, and hands over what the one before did.
        appender.singleThreadedCheckDisabled(true);
    }

    private long clock() {
        return (long) segment * RollCycles.FAST_HOURLY.lengthInMillis();
    }

    /** The next record begins a segment, with a number above the one before. */
    void roll(int number) {
        segment = number;
    }

    /**
     * Writes a record.
     *
     * @param place where it has to be
     * @return its offset in the segment's file
     */
    long write(long place, byte[] header, Slice payload) {
        long offset;
        try (DocumentContext document = appender.writingDocument()) {
            boolean written = false;
            try {
                Bytes<?> bytes = document.wire().bytes();
                offset = bytes.writePosition() - WORD;
                bytes.write(header);
                bytes.write(payload.bytes(), payload.offset(), payload.length());
                written = true;
            } finally {
                if (!written) {
                    document.rollbackOnClose(); // else it would be closed as if it were complete
                }
            }
        }
        if (appender.lastIndexAppended() != place) {
            throw new IllegalStateException("a record was written at " + Long.toHexString(appender.lastIndexAppended())
                    + " in the queue in place of " + Long.toHexString(place));
        }
        return offset;
    }

    /** Tells Chronicle that files are gone. */
    void refresh() {
        queue.refreshDirectoryListing();
    }

    @Override
    public void close() {
        try {
            appender.close();
        } finally {
            queue.close();
        }
    }
}
