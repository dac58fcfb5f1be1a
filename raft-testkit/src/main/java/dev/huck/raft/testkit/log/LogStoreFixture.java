package dev.huck.raft.testkit.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.api.spi.LogStore;
import dev.huck.raft.api.spi.LogStoreProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What the tests of {@link LogStoreContract} stand on: an open store in a fresh directory. */
public abstract class LogStoreFixture {
    private @Nullable Path temporary;
    private @Nullable LogStore open;

    /** For subclasses. */
    protected LogStoreFixture() {}

    /**
     * The stores under test.
     *
     * @return opens them
     */
    protected abstract LogStoreProvider provider();

    /**
     * How to damage a store of this kind; without it, the tests of damaged stores are skipped.
     *
     * @return empty if the author gives none
     */
    protected Optional<LogStoreFaults> faults() {
        return Optional.empty();
    }

    /**
     * What a JVM must be told so that the store can be opened in it; for tests in which a process is killed.
     *
     * @return options of {@code java}
     */
    protected List<String> jvmOptions() {
        return List.of();
    }

    /**
     * Opens the store of the test.
     *
     * @param directory JUnit's
     * @throws IOException when it can't be opened
     */
    @BeforeEach
    public final void openStore(@TempDir Path directory) throws IOException {
        temporary = directory;
        open = provider().open(directory(), Durability.HIGH);
    }

    /**
     * Closes the store of the test.
     *
     * @throws IOException when it can't be closed
     */
    @AfterEach
    public final void closeStore() throws IOException {
        if (open != null) {
            open.close();
        }
    }

    /** The store's directory, which the store itself had to make. */
    final Path directory() {
        return inTemporary("the store").resolve("log");
    }

    final Path inTemporary(String name) {
        if (temporary == null) {
            throw new IllegalStateException("no test is running");
        }
        return temporary.resolve(name);
    }

    final LogStore store() {
        if (open == null) {
            throw new IllegalStateException("no test is running");
        }
        return open;
    }

    /** Closes the store and opens it again. */
    final LogStore reopen() throws IOException {
        return reopen(Durability.HIGH);
    }

    final LogStore reopen(Durability durability) throws IOException {
        closeStore();
        LogStore fresh = provider().open(directory(), durability);
        open = fresh;
        return fresh;
    }

    /** Whether tests that close and reopen mean anything for this store. */
    final boolean durable() {
        return provider().isDurable();
    }

    /** An entry whose payload tells its index and its term. */
    static LogEntry entry(long index, long term) {
        return new LogEntry(index, term, (index + "@" + term).getBytes(StandardCharsets.US_ASCII));
    }

    /** Consecutive entries of one term. */
    static List<LogEntry> entries(long from, long to, long term) {
        return LongStream.rangeClosed(from, to).mapToObj(i -> entry(i, term)).toList();
    }

    /** What a read hands over. */
    static List<LogEntry> read(LogStore store, long from) throws IOException {
        List<LogEntry> read = new ArrayList<>();
        assertEquals(store.read(from, read::add), read.size(), "what read() returns is what it hands over");
        return read;
    }

    static void assertEntries(List<LogEntry> expected, List<LogEntry> found) {
        assertEquals(
                expected.stream().map(LogStoreFixture::describe).toList(),
                found.stream().map(LogStoreFixture::describe).toList());
    }

    /** The store holds these entries behind that base, and nothing else. */
    static void assertHolds(LogStore store, LogPosition base, List<LogEntry> expected) throws IOException {
        assertEquals(base, store.base(), "base");
        assertEntries(expected, read(store, base.index() + 1));
        LogEntry newest = expected.isEmpty() ? null : expected.get(expected.size() - 1);
        assertEquals(newest == null ? base : new LogPosition(newest.index(), newest.term()), store.last(), "last");
    }

    private static String describe(LogEntry entry) {
        return entry.index() + "@" + entry.term() + ":" + new String(entry.payload(), StandardCharsets.ISO_8859_1);
    }
}
