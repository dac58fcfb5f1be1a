package dev.huck.raft.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.HuckException.StartFailed;
import dev.huck.raft.api.Options;
import dev.huck.raft.api.spi.LogStore;
import dev.huck.raft.api.spi.LogStoreProvider;
import dev.huck.raft.core.env.Stage;
import dev.huck.raft.core.memory.MemoryLogStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RealEnvironmentTest {
    private static final LogStoreProvider MEMORY = new Fake("memory", false, false);
    private static final LogStoreProvider LMDB = new Fake("lmdb", true, false);
    private static final LogStoreProvider CHRONICLE = new Fake("chronicle", true, false);
    private static final LogStoreProvider CHRONICLE_ON_DISK = new Fake("chronicle", true, true);

    @TempDir
    private Path folder;

    private record Fake(String name, boolean isDurable, boolean isThere) implements LogStoreProvider {
        @Override
        public boolean existsIn(Path directory) {
            return isThere;
        }

        @Override
        public LogStore open(Path directory, Durability durability) {
            throw new UnsupportedOperationException();
        }
    }

    // Which log store.

    @Test
    void storeThatIsOnDiskIsChosenWhateverIsNamed() throws IOException {
        assertSame(CHRONICLE_ON_DISK, choose("lmdb", MEMORY, LMDB, CHRONICLE_ON_DISK));
    }

    @Test
    void namedStoreIsChosen() throws IOException {
        assertSame(CHRONICLE, choose("chronicle", MEMORY, LMDB, CHRONICLE));
    }

    @Test
    void storeInMemoryIsChosenWhenNamed() throws IOException {
        assertSame(MEMORY, choose("memory", MEMORY, LMDB));
    }

    @Test
    void lmdbIsChosenByDefault() throws IOException {
        assertSame(LMDB, choose("", MEMORY, CHRONICLE, LMDB));
    }

    @Test
    void onlyDurableStoreIsChosenByDefault() throws IOException {
        assertSame(CHRONICLE, choose("", MEMORY, CHRONICLE));
    }

    @Test
    void storeInMemoryIsNeverChosenByDefault() {
        assertEquals(
                "ERR no log store chosen, and none that is durable is there: name one of [memory]",
                refusal("", MEMORY));
    }

    @Test
    void amongStrangersOneMustBeNamed() {
        LogStoreProvider other = new Fake("other", true, false);
        assertEquals(
                "ERR no log store chosen: name one of [memory, chronicle, other]",
                refusal("", MEMORY, CHRONICLE, other));
    }

    @Test
    void unknownNameListsThoseThatAreThere() {
        assertEquals("ERR no log store 'lmbd': there are [memory, lmdb]", refusal("lmbd", MEMORY, LMDB));
    }

    @Test
    void unknownNameIsRefusedThoughAnotherStoreIsOnDisk() {
        assertEquals(
                "ERR no log store 'lmbd': there are [memory, chronicle]", refusal("lmbd", MEMORY, CHRONICLE_ON_DISK));
    }

    @Test
    void severalStoresOnDiskAreRefused() {
        LogStoreProvider lmdb = new Fake("lmdb", true, true);
        assertEquals(
                "ERR " + folder
                        + " holds logs of several log stores, [lmdb, chronicle]; move all but the right one away",
                refusal("lmdb", lmdb, CHRONICLE_ON_DISK));
    }

    @Test
    void logThatNoStoreKnowsIsRefused() throws IOException {
        Files.createFile(folder.resolve("log.bin"));
        assertEquals(
                "ERR " + folder + " holds what none of the log stores [memory, lmdb] knows; add the one that made it to"
                        + " the module path or the class path",
                refusal("", MEMORY, LMDB));
    }

    private LogStoreProvider choose(String named, LogStoreProvider... all) throws IOException {
        Optional<String> name = named.isEmpty() ? Optional.empty() : Optional.of(named);
        return RealEnvironment.chooseLogStore(List.of(all), folder, name);
    }

    private String refusal(String named, LogStoreProvider... all) {
        return assertThrows(StartFailed.class, () -> choose(named, all)).getMessage();
    }

    // The rest of the world.

    @Test
    void namedLogStoreIsOpened() throws IOException {
        Options options = options().toBuilder().backend("memory").build();
        try (RealEnvironment environment = new RealEnvironment(options, thrown -> {});
                LogStore log = environment.openLog(Durability.HIGH)) {
            assertTrue(log instanceof MemoryLogStore);
        }
    }

    @Test
    void wallClockIsTheSystemsInNanoseconds() {
        try (RealEnvironment environment = new RealEnvironment(options(), thrown -> {})) {
            long before = TimeUnit.MILLISECONDS.toNanos(Instant.now().toEpochMilli());
            long off = environment.wallNanos() - before;
            assertTrue(off >= 0 && off < Duration.ofSeconds(60).toNanos(), () -> off + " ns off");
        }
    }

    @Test
    void bootIdStaysTheSame() {
        try (RealEnvironment environment = new RealEnvironment(options(), thrown -> {})) {
            assertEquals(environment.bootId(), environment.bootId());
        }
    }

    @Test
    void twoRunsDrawDifferentNumbers() {
        long first;
        try (RealEnvironment environment = new RealEnvironment(options(), thrown -> {})) {
            first = environment.random().nextLong();
        }
        try (RealEnvironment environment = new RealEnvironment(options(), thrown -> {})) {
            assertNotEquals(first, environment.random().nextLong());
        }
    }

    @Test
    void failureOfAStageIsTold() throws InterruptedException {
        LinkedBlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
        IllegalStateException thrown = new IllegalStateException("as planned");
        try (RealEnvironment environment = new RealEnvironment(options(), failures::add)) {
            environment.stage("loop").execute(() -> {
                throw thrown;
            });
            assertSame(thrown, failures.poll(60, TimeUnit.SECONDS));
        }
    }

    @Test
    void closedEnvironmentHasFinishedItsStagesTasks() {
        CompletableFuture<String> ran = new CompletableFuture<>();
        RealEnvironment environment = new RealEnvironment(options(), thrown -> {});
        environment.stage("loop").execute(() -> ran.complete("yes"));
        environment.close();
        assertEquals("yes", ran.getNow("no"));
    }

    @Test
    void closedEnvironmentGivesTheDirectoryBack() {
        new RealEnvironment(options(), thrown -> {}).close();
        new RealEnvironment(options(), thrown -> {}).close();
        assertTrue(Files.isDirectory(options().directory()));
    }

    @Test
    void environmentMayBeClosedByItsOwnStage() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        RealEnvironment environment = new RealEnvironment(options(), closed::completeExceptionally);
        Stage stage = environment.stage("loop");
        stage.execute(() -> {
            environment.close();
            closed.complete(null);
        });
        closed.join();
        new RealEnvironment(options(), thrown -> {}).close();
        assertTrue(Files.isDirectory(options().directory()));
    }

    private Options options() {
        return Options.builder().directory(folder.resolve("data")).build();
    }
}
