package dev.huck.log.chronicle;

import dev.huck.log.chronicle.RecordHeader.UnknownFormatException;
import dev.huck.raft.api.spi.CorruptLogException;
import dev.huck.raft.api.spi.LogPosition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what a log is, from the records of all segments in their order. Changes nothing.
 *
 * <p>Each segment begins by saying where the log began and ended before it, and what was before was synced by then. So of an
 * earlier segment only that counts which is still in the log: what can't be read there is missing between the ends, and
 * is noticed so. Only the newest may end in records that were being written when the process died or the power went: what
 * is damaged there and was never synced is cut off, with all that is behind it.
 */
final class Recovery {
    private LogView log = LogView.EMPTY;

    /** Up to where all was synced, as far as is known. */
    private long durable;

    /** Why records could not be read that should have been there. */
    private String why = "their segment is missing";

    private Recovery(long durable) {
        this.durable = durable;
    }

    /**
     * Reads all.
     *
     * @param directory of the log
     * @param segments oldest first
     * @param mark up to where everything was synced, as far as a mark outside of the queue tells
     * @throws CorruptLogException when something that was synced, and is in the log, is damaged or missing
     * @throws IOException when it can't be read, or is of a later version
     */
    static LogView recover(Path directory, List<Segment> segments, long mark) throws IOException {
        Recovery recovery = new Recovery(mark);
        Segment newest = segments.isEmpty() ? null : segments.get(segments.size() - 1);
        for (Segment segment : segments) {
            recovery.read(segment, segment == newest);
        }
        int newestNumber = newest == null ? -1 : newest.number();
        if (Place.segment(recovery.durable) > newestNumber) {
            throw new CorruptLogException(
                    directory + ": the newest segment is missing, number " + Place.segment(recovery.durable), 0);
        }
        recovery.checkComplete();
        return recovery.log;
    }

    private void checkComplete() throws CorruptLogException {
        for (int i = 0; i < log.runs().size(); i++) {
            Run run = log.runs().get(i);
            if (run.isLost()) {
                long index = Math.max(run.first(), log.base().index() + 1);
                throw new CorruptLogException("entry " + index + " is lost: " + run.damage(), index);
            }
        }
    }

    private void read(Segment segment, boolean newest) throws IOException {
        try (SegmentReader reader = new SegmentReader(segment)) {
            new Scan(reader, newest).run();
            segment.reached(reader.offset());
        } catch (UnknownFormatException e) {
            throw new IOException(segment.file() + ": " + e.getMessage(), e);
        }
    }

    /** The reading of one segment. */
    private final class Scan {
        private final SegmentReader reader;
        private final boolean newest;
        private long place;

        // An entry in parts, whose last one is still to come.
        private int parts;
        private long partsPlace;
        private long partsOffset;
        private @Nullable LogPosition partsOf;
        private @Nullable String partsDamage;

        Scan(SegmentReader reader, boolean newest) {
            this.reader = reader;
            this.newest = newest;
            this.place = Place.of(reader.segment().number(), 0);
        }

        void run() throws IOException {
            boolean more = true;
            while (more) {
                RecordHeader header = reader.next();
                if (header == null || header.place() != place) {
                    end(header == null ? reader.problem() : reader.wrong("a record of another place is there"));
                    return;
                }
                boolean intact = reader.payload() != null;
                String problem = intact ? "" : reader.problem();
                if (!intact && newest && !wasSynced()) {
                    return;
                }
                more = apply(header, intact ? null : problem);
                place++;
            }
        }

        /** From here on nothing can be read. */
        private void end(String problem) throws IOException {
            why = problem;
            if (newest && wasSynced()) {
                long index = log.last().index() + 1;
                throw new CorruptLogException(
                        problem + "; what should be there, probably entry " + index + ", had been synced", index);
            }
        }

        /** Whether the record at the place was. */
        private boolean wasSynced() throws IOException {
            if (durable < place) {
                durable = Math.max(durable, reader.durableInTheRest(place));
            }
            return durable >= place;
        }

        private boolean apply(RecordHeader header, @Nullable String damage) throws IOException {
            switch (header.kind()) {
                case SEGMENT, BOUNDS -> {
                    Slice payload = reader.payload();
                    if (payload == null) {
                        end(reader.problem());
                        return false;
                    }
                    log = log.withBounds(
                            RecordCodec.decodeBase(payload), new LogPosition(header.index(), header.term()), why);
                    return true;
                }
                case PART -> {
                    return applyPart(header, damage);
                }
                case ENTRY -> {
                    return applyPart(header, damage) && applyEntry(header);
                }
            }
            throw new AssertionError(header.kind());
        }

        private boolean applyPart(RecordHeader header, @Nullable String damage) throws IOException {
            LogPosition position = new LogPosition(header.index(), header.term());
            if (header.part() != parts || (parts > 0 && !position.equals(partsOf))) {
                end(reader.wrong("a part of " + header.name() + " does not follow the one before"));
                return false;
            }
            if (parts == 0) {
                partsOf = position;
                partsPlace = place;
                partsOffset = reader.offset();
                partsDamage = null;
            }
            if (damage != null) {
                partsDamage = damage;
            }
            parts++;
            return true;
        }

        private boolean applyEntry(RecordHeader header) throws IOException {
            LogPosition entry = new LogPosition(header.index(), header.term());
            if (entry.index() != log.last().index() + 1
                    || entry.term() < log.last().term()) {
                end(reader.wrong(header.name() + " of term " + header.term() + " does not follow entry "
                        + log.last().index() + " of term " + log.last().term()));
                return false;
            }
            log = partsDamage == null
                    ? log.withEntry(entry, reader.segment(), partsPlace, partsOffset)
                    : log.withLostEntry(entry, partsDamage);
            parts = 0;
            return true;
        }
    }
}
