package dev.huck.example.clone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Anonymous memory of a process: all that it has touched of its heap, buffers, stacks and compiled code, but not the files
 * that it maps. Looks a hundred times a second and remembers the most.
 */
final class ProcessMemory {
    private static final long INTERVAL_MILLIS = 10;

    private final Path status;
    private final Thread thread = new Thread(this::run, "memory");
    private volatile long most;
    private volatile boolean stopped;

    /** Whether this system tells. */
    static boolean isKnown() {
        return Files.exists(Path.of("/proc/self/status"));
    }

    ProcessMemory(long pid) {
        status = Path.of("/proc/" + pid + "/status");
        thread.setDaemon(true);
        thread.start();
    }

    /** Bytes at this moment. */
    long now() throws IOException {
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("RssAnon:"))
                    .map(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElseThrow(() -> new IOException(status + " does not tell"));
        }
    }

    /** The most bytes that were seen. */
    long most() throws IOException {
        most = Math.max(most, now());
        return most;
    }

    private void run() {
        try {
            while (!stopped) {
                most();
                Thread.sleep(INTERVAL_MILLIS);
            }
        } catch (IOException | InterruptedException e) {
            // The process is gone, and whoever asks for the most now is told so.
        }
    }

    void stop() throws InterruptedException {
        stopped = true;
        thread.join();
    }
}
