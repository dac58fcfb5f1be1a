package dev.huck.log.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What one process leaves to the next, and what it holds against others. */
class OtherProcessTest {
    @TempDir
    private Path folder;

    /** A process loses its lock with the first channel on the file that it closes, which a refused open might do. */
    @Test
    void aProcessThatWasRefusedASecondLogKeepsTheFirstToItself() throws Exception {
        Path log = folder.resolve("log");
        try (ChronicleLogStore store = Logs.open(log)) {
            assertThrows(IOException.class, () -> Logs.open(log));
            Process other = new ProcessBuilder(Processes.onTheModulePath(Processes.shippedFlags(), log)).start();
            try (BufferedReader out = other.inputReader()) {
                assertEquals(log.toRealPath() + " is locked by another process", out.readLine());
            } finally {
                other.destroyForcibly();
            }
            store.append(Logs.entries(1, 1, 1));
        }
    }

    /** As in a container, where every process is the first one; wants root on Linux. */
    @Test
    @Timeout(60)
    void aProcessThatWasKilledIsFollowedByOneWithItsNumber() throws Exception {
        List<String> namespace = List.of("unshare", "--pid", "--fork", "--kill-child=KILL");
        boolean possible = isPossible(namespace);
        if (!possible) {
            System.out.println(
                    "SKIPPED chronicle with a process number that is used again: can't make a namespace here");
        }
        assumeTrue(possible, "can't make a namespace");
        for (int start = 1; start <= 3; start++) {
            List<String> command = new ArrayList<>(namespace);
            List<String> flags = Processes.shippedFlags();
            flags.add("-XX:-UsePerfData"); // its file is named by the number
            command.addAll(Processes.onTheModulePath(flags, folder.resolve("log"), "and wait"));
            Process process = new ProcessBuilder(command).start();
            try (BufferedReader out = process.inputReader()) {
                assertEquals("opened", out.readLine());
                assertEquals("process 1, last " + start, out.readLine());
                process.toHandle().destroyForcibly(); // the process's own method would close what is read here
                assertEquals(null, out.readLine(), "who is dead says nothing, and holds no lock");
            } finally {
                process.destroyForcibly();
            }
            assertTrue(process.waitFor(10, TimeUnit.SECONDS));
        }
    }

    private static boolean isPossible(List<String> namespace) throws InterruptedException {
        try {
            List<String> command = new ArrayList<>(namespace);
            command.add("true");
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException e) {
            return false; // no such command
        }
    }
}
