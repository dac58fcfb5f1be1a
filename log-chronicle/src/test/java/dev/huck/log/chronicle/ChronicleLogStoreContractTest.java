package dev.huck.log.chronicle;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogStoreProvider;
import dev.huck.raft.testkit.log.LogStoreContract;
import dev.huck.raft.testkit.log.LogStoreFaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Holds the store to the contract. */
class ChronicleLogStoreContractTest extends LogStoreContract {
    @Override
    protected LogStoreProvider provider() {
        return new ChronicleLogStoreProvider();
    }

    @Override
    protected List<String> jvmOptions() {
        return Processes.shippedFlags();
    }

    @Override
    protected Optional<LogStoreFaults> faults() {
        return Optional.of(ChronicleLogStoreContractTest::flipPayload);
    }

    private static void flipPayload(Path directory, LogEntry entry) throws IOException {
        int flipped = 0;
        for (Segment segment : Segment.list(directory)) {
            byte[] bytes = Files.readAllBytes(segment.file());
            int found = Bytes.flipAll(bytes, entry.payload());
            if (found > 0) {
                Files.write(segment.file(), bytes);
            }
            flipped += found;
        }
        if (flipped == 0) {
            throw new IOException("entry " + entry.index() + " is not in " + directory);
        }
    }
}
