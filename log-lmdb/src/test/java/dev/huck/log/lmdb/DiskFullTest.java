package dev.huck.log.lmdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real file system that is too small; wants root on Linux. */
class DiskFullTest {
    private static final String BYTES = "4m";

    @TempDir
    private Path disk;

    private boolean mounted;

    @BeforeEach
    void mount() throws Exception {
        mounted = run("mount", "-t", "tmpfs", "-o", "size=" + BYTES, "huck-test", disk.toString());
        if (!mounted) {
            System.out.println("SKIPPED lmdb on a full disk: can't mount a tmpfs here");
        }
        assumeTrue(mounted, "can't mount a tmpfs");
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            assertTrue(run("umount", "-l", disk.toString())); // lazily: the library that LMDB is may lie on it
        }
    }

    @Test
    void aFullDiskIsOneClearErrorAfterWhichNothingIsLost() throws IOException {
        Path directory = disk.resolve("log");
        Path filler = disk.resolve("filler");
        Files.write(filler, new byte[1 << 20]);
        long written;
        try (LogStore store = new LmdbLogStoreProvider().open(directory, Durability.HIGH)) {
            IOException full = assertThrows(IOException.class, () -> fill(store));
            assertTrue(full.getMessage().startsWith("disk full: writing " + directory), full::getMessage);
            written = store.last().index();
            Files.delete(filler);
            IOException later = assertThrows(IOException.class, () -> fill(store));
            assertTrue(later.getMessage().contains(full.getMessage()), later::getMessage);
            assertEquals(written, store.read(1, entry -> true));
        }
        try (LogStore store = new LmdbLogStoreProvider().open(directory, Durability.HIGH)) {
            assertEquals(written, store.last().index());
            assertEquals(written, store.read(1, entry -> true));
            store.append(List.of(new LogEntry(written + 1, 1, new byte[100])));
        }
    }

    @Test
    void aLogIsNotMadeOnAFullDisk() throws IOException {
        Path filler = disk.resolve("filler");
        assertThrows(IOException.class, () -> Files.write(filler, new byte[8 << 20]));
        Path directory = disk.resolve("log");
        assertThrows(IOException.class, () -> new LmdbLogStoreProvider().open(directory, Durability.HIGH));
        Files.delete(filler);
        try (LogStore store = new LmdbLogStoreProvider().open(directory, Durability.HIGH)) {
            store.append(List.of(new LogEntry(1, 1, new byte[100])));
        }
    }

    private static void fill(LogStore store) throws IOException {
        while (true) {
            store.append(List.of(new LogEntry(store.last().index() + 1, 1, new byte[10_000])));
        }
    }

    private static boolean run(String... command) throws Exception {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false; // no such command
        }
    }
}
