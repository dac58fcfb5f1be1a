package dev.huck.log.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
    private static final String BYTES = "16m";

    @TempDir
    private Path disk;

    private boolean mounted;

    @BeforeEach
    void mount() throws Exception {
        mounted = run("mount", "-t", "tmpfs", "-o", "size=" + BYTES, "huck-test", disk.toString());
        if (!mounted) {
            System.out.println("SKIPPED chronicle on a full disk: can't mount a tmpfs here");
        }
        assumeTrue(mounted, "can't mount a tmpfs");
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            assertTrue(run(
                    "umount", "-l", disk.toString())); // lazily: Chronicle unmaps files some time after it is closed
        }
    }

    @Test
    void aFullDiskIsOneClearErrorAfterWhichNothingIsLost() throws IOException {
        Path directory = disk.resolve("log");
        long written;
        try (LogStore store = Logs.open(directory)) {
            IOException full = assertThrows(IOException.class, () -> fill(store));
            assertTrue(full.getMessage().startsWith("disk full: writing " + directory), full::getMessage);
            written = store.last().index();
            assertTrue(written > 1_000);
            Files.writeString(disk.resolve("note"), "");
            IOException later = assertThrows(IOException.class, () -> fill(store));
            assertTrue(later.getMessage().contains(full.getMessage()), later::getMessage);
            assertEquals(written, store.read(1, entry -> true));
        }
        IOException full = assertThrows(IOException.class, () -> Logs.open(directory));
        assertTrue(full.getMessage().startsWith("disk full: "), full::getMessage);
        assertTrue(run("mount", "-o", "remount,size=64m", disk.toString()));
        try (LogStore store = Logs.open(directory)) {
            assertEquals(written, store.last().index());
            assertEquals(written, store.read(1, entry -> true));
            store.append(List.of(new LogEntry(written + 1, 1, new byte[100])));
            store.sync();
        }
    }

    @Test
    void aLogIsNotMadeOnAFullDisk() throws IOException {
        Path filler = disk.resolve("filler");
        Files.write(filler, new byte[14 << 20]);
        Path directory = disk.resolve("log");
        assertThrows(IOException.class, () -> Logs.open(directory));
        Files.delete(filler);
        try (LogStore store = Logs.open(directory)) {
            store.append(List.of(new LogEntry(1, 1, new byte[100])));
        }
    }

    private static void fill(LogStore store) throws IOException {
        while (true) {
            store.append(List.of(new LogEntry(store.last().index() + 1, 1, new byte[10_000])));
        }
    }

    private static boolean run(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false; // no such command
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
