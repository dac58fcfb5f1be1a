package dev.huck.raft.api.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that survive a power cut. */
class LogDirectoryTest {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    @TempDir
    private Path folder;

    private final List<Path> synced = new ArrayList<>();

    @BeforeEach
    void somethingIsThere() throws IOException {
        Files.writeString(folder.resolve("note"), "");
    }

    @Test
    void eachDirectoryIsOnDiskBeforeTheOneInIt() throws IOException {
        LogDirectory.make(folder.resolve("a/b/c"), synced::add);
        assertEquals(List.of(folder, folder.resolve("a"), folder.resolve("a/b")), synced);
    }

    @Test
    void whatAProcessThatDiedMayHaveLeftUnsyncedIsSynced() throws IOException {
        for (int failing = 0; failing < 3; failing++) {
            Path top = folder.resolve("new" + failing);
            Set<Path> onDisk = new HashSet<>();
            int last = failing;
            assertThrows(
                    IOException.class,
                    () -> LogDirectory.make(top.resolve("b/c"), parent -> {
                        if (onDisk.size() == last) {
                            throw new IOException("it died");
                        }
                        onDisk.add(parent);
                    }));
            LogDirectory.make(top.resolve("b/c"), onDisk::add);
            assertEquals(Set.of(folder, top, top.resolve("b")), onDisk);
        }
    }

    @Test
    void aDirectoryThatIsInUseIsNotSyncedAgain() throws IOException {
        LogDirectory.make(folder, synced::add);
        assertEquals(List.of(), synced);
    }

    /** The system tells of an error once to each who had the directory open by then. */
    @Test
    void anInterruptDoesNotHideWhatTheDiskSays() throws IOException {
        assumeTrue(Files.isDirectory(DESCRIPTORS));
        List<Integer> open = new ArrayList<>();
        IOException failed = assertThrows(
                IOException.class,
                () -> LogDirectory.sync(folder, channel -> {
                    open.add(descriptors());
                    if (open.size() == 1) {
                        channel.close();
                        throw new ClosedByInterruptException();
                    }
                    throw new IOException("Input/output error");
                }));
        assertEquals("Input/output error", failed.getMessage());
        assertTrue(Thread.interrupted(), "it is kept for the thread's owner");
        assertEquals(List.of(2, 2), open, "another is open before one is asked");
        assertEquals(0, descriptors());
    }

    /** How often the folder is open. */
    private int descriptors() throws IOException {
        int open = 0;
        try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
            for (Path descriptor : descriptors.toList()) {
                try {
                    if (Files.readSymbolicLink(descriptor).equals(folder.toRealPath())) {
                        open++;
                    }
                } catch (NoSuchFileException e) {
                    // the one by which they are listed
                }
            }
        }
        return open;
    }
}
