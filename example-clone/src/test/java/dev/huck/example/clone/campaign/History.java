package dev.huck.example.clone.campaign;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What clients did and saw; any thread adds to it. */
final class History {
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();

    void add(Call call) {
        calls.add(call);
    }

    List<Call> calls() {
        return List.copyOf(calls);
    }

    /** The return of the first write that was called at or behind a moment and acknowledged; or of none yet, max. */
    long firstWriteSince(long nanos) {
        return calls.stream()
                .filter(call -> call.isAcknowledgedWrite() && call.called() - nanos >= 0)
                .mapToLong(Call::returned)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** The longest time from a moment on within which no write was acknowledged; nanoseconds. */
    long longestGapSince(long nanos) {
        long longest = 0;
        long before = nanos;
        long[] returns = calls.stream()
                .filter(call -> call.isAcknowledgedWrite() && call.returned() - nanos > 0)
                .mapToLong(Call::returned)
                .sorted()
                .toArray();
        for (long at : returns) {
            longest = Math.max(longest, at - before);
            before = at;
        }
        return longest;
    }

    void write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, calls.stream().map(Call::toString).toList());
    }

    static List<Call> read(Path file) throws IOException {
        return Files.readAllLines(file).stream().map(Call::parse).toList();
    }
}
