package dev.huck.log.lmdb;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogStoreProvider;
import dev.huck.raft.testkit.log.LogStoreContract;
import dev.huck.raft.testkit.log.LogStoreFaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Holds the store to the contract. */
class LmdbLogStoreContractTest extends LogStoreContract {
    @TempDir
    private static Path temporaryOfKilledProcesses;

    @AfterEach
    void aKilledProcessLeavesNothingInTheTemporaryFolder() throws IOException {
        try (Stream<Path> left = Files.list(temporaryOfKilledProcesses)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Override
    protected LogStoreProvider provider() {
        return new LmdbLogStoreProvider();
    }

    @Override
    protected List<String> jvmOptions() {
        return List.of("--enable-native-access=org.jnrproject.jffi", "-Djava.io.tmpdir=" + temporaryOfKilledProcesses);
    }

    @Override
    protected Optional<LogStoreFaults> faults() {
        return Optional.of(LmdbLogStoreContractTest::flipPayload);
    }

    private static void flipPayload(Path directory, LogEntry entry) throws IOException {
        Path file = directory.resolve(LmdbEnvironment.DATA_FILE);
        byte[] bytes = Files.readAllBytes(file);
        int flipped = Bytes.flipAll(bytes, entry.payload());
        if (flipped == 0) {
            throw new IOException("entry " + entry.index() + " is not in " + file);
        }
        Files.write(file, bytes);
    }
}
