package dev.huck.log.chronicle;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.spi.LogStore;
import dev.huck.raft.api.spi.LogStoreProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens logs on Chronicle Queue, which needs flags of the JVM: where they are missing, the error names them. */
public final class ChronicleLogStoreProvider implements LogStoreProvider {
    // Space is given back by whole segments.
    private static final String SEGMENT_BYTES = "huck.log.chronicle.segment-bytes";
    private static final long DEFAULT_SEGMENT_BYTES = 64 << 20;

    /** For {@link java.util.ServiceLoader}. */
    public ChronicleLogStoreProvider() {}

    @Override
    public String name() {
        return "chronicle";
    }

    @Override
    public boolean isDurable() {
        return true;
    }

    @Override
    public boolean existsIn(Path directory) {
        // Either: a log whose segments are gone is to be reported, not made anew.
        try {
            return Files.exists(directory.resolve(SyncedMark.FILE))
                    || !Segment.queues(directory).isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public LogStore open(Path directory, Durability durability) throws IOException {
        return ChronicleLogStore.open(
                directory, Disk.REAL, Math.max(1, Long.getLong(SEGMENT_BYTES, DEFAULT_SEGMENT_BYTES)));
    }
}
