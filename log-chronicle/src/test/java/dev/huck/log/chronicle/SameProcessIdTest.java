package dev.huck.log.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
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

/** As in a container, where every process is the first one; wants root on Linux. */
class SameProcessIdTest {
    @TempDir
    private Path folder;

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
