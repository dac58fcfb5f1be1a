package dev.huck.log.chronicle;

import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogStore;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Logs for tests, and places in their files. */
final class Logs {
    /** So small that one entry fills a segment. */
    static final long ONE_ENTRY = 1;

    static final long LARGE = 64 << 20;

    private Logs() {}

    static ChronicleLogStore open(Path directory) throws IOException {
        return ChronicleLogStore.open(directory, Disk.REAL, LARGE);
    }

    static LogEntry entry(long index, long term) {
        return new LogEntry(index, term, payload(index, term));
    }

    static byte[] payload(long index, long term) {
        return ("entry " + index + " of term " + term + ", and some more to be damaged")
                .getBytes(StandardCharsets.US_ASCII);
    }

    static List<LogEntry> entries(long from, long to, long term) {
        return LongStream.rangeClosed(from, to)
                .mapToObj(index -> entry(index, term))
                .toList();
    }

    /** All that can be read, as text. */
    static List<String> read(LogStore store) throws IOException {
        List<String> read = new ArrayList<>();
        store.read(store.base().index() + 1, entry -> {
            read.add(describe(entry));
            return true;
        });
        return read;
    }

    static List<String> described(List<LogEntry> entries) {
        return entries.stream().map(Logs::describe).toList();
    }

    private static String describe(LogEntry entry) {
        return entry.index() + "@" + entry.term() + ":" + new String(entry.payload(), StandardCharsets.ISO_8859_1);
    }

    /** A document in a file: where its word is. */
    record Found(Path file, long offset) {
        /** Changes bytes, counted from the document's word. */
        void write(long at, byte... bytes) throws IOException {
            try (RandomAccessFile file = new RandomAccessFile(file().toFile(), "rw")) {
                file.seek(offset + at);
                file.write(bytes);
            }
        }

        void flip(long at) throws IOException {
            flip(at, 0x10);
        }

        void flip(long at, int bits) throws IOException {
            try (RandomAccessFile file = new RandomAccessFile(file().toFile(), "rw")) {
                file.seek(offset + at);
                int found = file.read();
                file.seek(offset + at);
                file.write(found ^ bits);
            }
        }

        void cut() throws IOException {
            try (RandomAccessFile file = new RandomAccessFile(file().toFile(), "rw")) {
                file.setLength(offset);
            }
        }
    }

    /** The newest record of a kind that is about an index. */
    static Found find(Path directory, Kind kind, long index) throws IOException {
        Found found = null;
        for (Segment segment : Segment.list(directory)) {
            try (SegmentReader reader = new SegmentReader(segment)) {
                for (RecordHeader header = reader.next(); header != null; header = reader.next()) {
                    if (header.kind() == kind && header.index() == index) {
                        found = new Found(segment.file(), reader.offset());
                    }
                }
            }
            segment.close();
        }
        if (found == null) {
            throw new IOException("no " + kind + " record of " + index);
        }
        return found;
    }

    static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".cq4"))
                    .sorted()
                    .toList();
        }
    }
}
