package dev.huck.log.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogStore;
import dev.huck.raft.testkit.log.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real file system that is too small; wants root on Linux. */
class DiskFullTest {
    private static final String BYTES = "16m";

    @TempDir
    private Path disk;

    private SmallDisk small;

    @BeforeEach
    void mount() {
        small = SmallDisk.mount(disk, BYTES);
    }

    @AfterEach
    void unmount() {
        if (small != null) {
            small.close();
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
        small.resize("64m");
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
}
