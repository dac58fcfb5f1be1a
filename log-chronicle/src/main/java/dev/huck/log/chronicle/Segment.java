package dev.huck.log.chronicle;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A file of the log. Chronicle names its files by the hour; the hours of a log are counted from 1970 on, one for each
 * segment. Each time the log is opened, its new segments go into a new queue, which is a directory and named by the first
 * of them: Chronicle never sees a queue that a dead process has left.
 */
final class Segment {
    private static final String QUEUE_PREFIX = "queue-";
    private static final Pattern QUEUE = Pattern.compile(QUEUE_PREFIX + "[0-7][0-9a-f]{7}");
    private static final String OWN_FILE = "metadata.cq4t"; // Chronicle's
    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("yyyyMMdd-HH'F.cq4'", Locale.ROOT);
    private static final long SECONDS_PER_HOUR = 3600;

    /** How many files are kept open between reads, by all logs of the process, and how many there are. */
    private static final int MAX_IDLE = 64;

    private static final AtomicInteger IDLE = new AtomicInteger();

    private final int number;
    private final Path file;

    // Files that no read uses at the moment. Not channels, which an interrupt of a reading thread would close.
    private final Queue<RandomAccessFile> idle = new ConcurrentLinkedQueue<>();

    private volatile boolean deleted;
    private volatile long bytes;

    Segment(int number, Path file) {
        this.number = number;
        this.file = file;
    }

    /** The segments in a log's directory, oldest first. */
    static List<Segment> list(Path log) throws IOException {
        List<Segment> segments = new ArrayList<>();
        for (Path queue : queues(log)) {
            try (Stream<Path> files = Files.list(queue)) {
                files.forEach(file -> {
                    Integer number = number(file);
                    if (number != null) {
                        segments.add(new Segment(number, file));
                    }
                });
            }
        }
        segments.sort(Comparator.comparingInt(Segment::number));
        return segments;
    }

    /** The directories of queues, in no order; none if the log's isn't there. */
    static List<Path> queues(Path log) throws IOException {
        if (!Files.isDirectory(log)) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(log)) {
            return found.filter(
                            path -> QUEUE.matcher(path.getFileName().toString()).matches() && Files.isDirectory(path))
                    .toList();
        }
    }

    /** The queue whose first segment has a number. */
    static Path queue(Path log, int first) {
        return log.resolve(String.format(Locale.ROOT, "%s%08x", QUEUE_PREFIX, first));
    }

    /** The queue that a segment is in. */
    static Path queueOf(Segment segment) {
        Path parent = segment.file.getParent();
        if (parent == null) {
            throw new IllegalStateException(segment.file + " is in no directory");
        }
        return parent;
    }

    /** The largest number by which a queue is named; -1 if there is none. */
    static int newestQueue(Path log) throws IOException {
        int newest = -1;
        for (Path queue : queues(log)) {
            String number = queue.getFileName().toString().substring(QUEUE_PREFIX.length());
            newest = Math.max(newest, Integer.parseInt(number, 16));
        }
        return newest;
    }

    /** Deletes the directories of queues whose segments are gone, but for one that is in use. */
    static void deleteEmptyQueues(Path log, Path used) throws IOException {
        for (Path queue : queues(log)) {
            if (!queue.equals(used)) {
                try (Stream<Path> files = Files.list(queue)) {
                    if (files.anyMatch(file -> number(file) != null)) {
                        continue;
                    }
                }
                Files.deleteIfExists(queue.resolve(OWN_FILE));
                try {
                    Files.delete(queue);
                } catch (DirectoryNotEmptyException e) {
                    // something else is in it
                }
            }
        }
    }

    /** The file of a segment, as Chronicle calls it. */
    static Path file(Path queue, int number) {
        return queue.resolve(NAME.format(LocalDateTime.ofEpochSecond(number * SECONDS_PER_HOUR, 0, ZoneOffset.UTC)));
    }

    private static @Nullable Integer number(Path file) {
        try {
            LocalDateTime hour = LocalDateTime.parse(file.getFileName().toString(), NAME);
            return Math.toIntExact(hour.toEpochSecond(ZoneOffset.UTC) / SECONDS_PER_HOUR);
        } catch (DateTimeException | ArithmeticException e) {
            return null; // something else
        }
    }

    int number() {
        return number;
    }

    Path file() {
        return file;
    }

    /** How far it is written. */
    long bytes() {
        return bytes;
    }

    void reached(long end) {
        bytes = end;
    }

    /** Opens it for one read; to be given back. */
    RandomAccessFile borrow() throws IOException {
        RandomAccessFile kept = pollIdle();
        return kept != null ? kept : new RandomAccessFile(file.toFile(), "r");
    }

    void giveBack(RandomAccessFile borrowed) throws IOException {
        if (IDLE.incrementAndGet() > MAX_IDLE) {
            IDLE.decrementAndGet();
            borrowed.close();
        } else {
            idle.add(borrowed);
        }
        if (deleted) {
            closeFiles();
        }
    }

    private @Nullable RandomAccessFile pollIdle() {
        RandomAccessFile kept = idle.poll();
        if (kept != null) {
            IDLE.decrementAndGet();
        }
        return kept;
    }

    /** How many files are kept open between reads, by all logs. */
    static int idleFiles() {
        return IDLE.get();
    }

    /** Whether it was deleted, or is about to be: no entry that is still in the log is in it. */
    boolean isDeleted() {
        return deleted;
    }

    /** Deletes the file. Reads that have it open end undisturbed. */
    void delete(Disk disk) throws IOException {
        deleted = true; // first, as a read that misses the file asks why
        boolean gone = false;
        try {
            disk.delete(file);
            gone = true;
        } finally {
            deleted = gone;
        }
        closeFiles();
    }

    /** Closes files; reads that have some open close theirs when they end. */
    void close() throws IOException {
        deleted = true;
        closeFiles();
    }

    private void closeFiles() throws IOException {
        for (RandomAccessFile kept = pollIdle(); kept != null; kept = pollIdle()) {
            kept.close();
        }
    }
}
