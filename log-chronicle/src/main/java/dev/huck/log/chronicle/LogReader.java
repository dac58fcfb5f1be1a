package dev.huck.log.chronicle;

import dev.huck.raft.api.spi.CorruptLogException;
import dev.huck.raft.api.spi.LogEntry;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One read, of the log as it was when the read began. It ends early where that is not there any more, because the front was
 * dropped and its files deleted.
 */
final class LogReader implements Closeable {
    private final LogView log;
    private @Nullable SegmentReader reader;

    LogReader(LogView log) {
        this.log = log;
    }

    /** As {@link dev.huck.raft.api.spi.LogStore#read}. */
    long read(long from, Predicate<LogEntry> sink) throws IOException {
        if (from <= log.base().index() || from > log.last().index()) {
            return 0;
        }
        long next = from;
        for (int i = log.runs().find(from); i < log.runs().size(); i++) {
            Run run = log.runs().get(i);
            long end = i + 1 < log.runs().size()
                    ? log.runs().get(i + 1).first() - 1
                    : log.last().index();
            SegmentReader segment = open(run, next);
            if (segment == null) {
                return next - from;
            }
            for (long index = run.first(); index <= end; index++) {
                RecordHeader header = find(segment, run, index);
                if (index == next) {
                    LogEntry entry = new LogEntry(index, run.term(), payload(segment, header));
                    next++;
                    if (!sink.test(entry)) {
                        return next - from;
                    }
                }
            }
        }
        return next - from;
    }

    /** Goes to the start of a run; null if it is not there any more. */
    private @Nullable SegmentReader open(Run run, long index) throws IOException {
        Segment segment = run.segment();
        if (segment == null) {
            throw new CorruptLogException("entry " + index + " is lost: " + run.damage(), index);
        }
        SegmentReader current = reader;
        if (current == null || current.segment() != segment) {
            close();
            try {
                current = new SegmentReader(segment);
            } catch (FileNotFoundException e) {
                if (segment.isDeleted()) {
                    return null;
                }
                if (Files.exists(segment.file())) {
                    throw e;
                }
                throw new CorruptLogException(segment.file() + " is missing, with entry " + index, index);
            }
            reader = current;
        }
        current.moveTo(run.offset());
        return current;
    }

    /** The header of the record that is next, which has to be the entry's. */
    private static RecordHeader find(SegmentReader segment, Run run, long index) throws IOException {
        RecordHeader header = segment.next();
        if (header == null) {
            throw new CorruptLogException(segment.problem() + "; it should be entry " + index, index);
        }
        boolean right = header.index() == index
                && header.term() == run.term()
                && header.place() == run.place() + (index - run.first())
                && header.part() == 0
                && (header.kind() == Kind.ENTRY || header.kind() == Kind.PART);
        if (!right) {
            throw new CorruptLogException(
                    segment.wrong(header.name() + " of term " + header.term() + " is in the place of entry " + index
                            + " of term " + run.term()),
                    index);
        }
        return header;
    }

    private static byte[] payload(SegmentReader segment, RecordHeader first) throws IOException {
        byte[] payload = checked(segment, first).copy();
        if (first.kind() == Kind.ENTRY) {
            return payload;
        }
        List<byte[]> parts = new ArrayList<>(List.of(payload));
        RecordHeader header = first;
        while (header.kind() == Kind.PART) {
            RecordHeader part = segment.next();
            if (part == null || !isPart(part, first, parts.size())) {
                String what = part == null ? segment.problem() : segment.wrong("a part is missing");
                throw new CorruptLogException(what + "; it should be a part of " + first.name(), first.index());
            }
            parts.add(checked(segment, part).copy());
            header = part;
        }
        return join(parts);
    }

    private static boolean isPart(RecordHeader part, RecordHeader first, int number) {
        return part.index() == first.index()
                && part.term() == first.term()
                && part.place() == first.place() + number
                && part.part() == number
                && (part.kind() == Kind.ENTRY || part.kind() == Kind.PART);
    }

    private static Slice checked(SegmentReader segment, RecordHeader header) throws IOException {
        Slice payload = segment.payload();
        if (payload == null) {
            throw new CorruptLogException(segment.problem(), header.index());
        }
        return payload;
    }

    private static byte[] join(List<byte[]> parts) {
        byte[] whole = new byte[parts.stream().mapToInt(part -> part.length).sum()];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, whole, at, part.length);
            at += part.length;
        }
        return whole;
    }

    @Override
    public void close() throws IOException {
        SegmentReader current = reader;
        reader = null;
        if (current != null) {
            current.close();
        }
    }
}
