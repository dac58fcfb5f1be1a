package dev.huck.raft.testkit.log;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A file system that is soon full, for the tests of a store: a tmpfs, which wants root on Linux. */
public final class SmallDisk implements AutoCloseable {
    private final Path directory;

    private SmallDisk(Path directory) {
        this.directory = directory;
    }

    /**
     * Mounts it; where that can't be done, the test is skipped.
     *
     * @param directory over this
     * @param size as {@code mount} takes it: {@code 16m}
     * @return the disk
     */
    public static SmallDisk mount(Path directory, String size) {
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=" + size, "huck-test", directory.toString()),
                "a tmpfs can't be mounted here");
        return new SmallDisk(directory);
    }

    /**
     * Makes it larger.
     *
     * @param size as above
     */
    public void resize(String size) {
        must("mount", "-o", "remount,size=" + size, directory.toString());
    }

    /** Unmounts it, once nothing of it is open or mapped any more. */
    @Override
    public void close() {
        must("umount", "-l", directory.toString());
    }

    private static void must(String... command) {
        if (!run(command)) {
            throw new AssertionError(String.join(" ", command) + " failed");
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
