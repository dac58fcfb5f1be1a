package dev.huck.log.lmdb;

import dev.huck.raft.api.spi.CorruptLogException;
import dev.huck.raft.api.spi.LogEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.lmdbjava.Cursor;
import org.lmdbjava.GetOp;
import org.lmdbjava.SeekOp;
import org.lmdbjava.Txn;

/**
 * One read. Entries are copied out in batches, and handed over when the batch's transaction has ended: a transaction that
 * stayed open while somebody else's code runs would keep LMDB from using pages again and the file would grow.
 *
 * <p>The first batch is one entry, as many reads want no more.
 */
final class LogReader {
    private static final int MAX_ENTRIES = 256;
    private static final int MAX_BYTES = 1 << 20;
    private static final int GROWTH = 16;

    private final LmdbEnvironment environment;
    private final Truncations.Mark began;
    private final EntryCodec entryCodec;
    private final BaseCodec baseCodec;
    private final List<LogEntry> batch = new ArrayList<>();

    LogReader(LmdbEnvironment environment, Truncations truncations) {
        this.environment = environment;
        this.began = truncations.now();
        this.entryCodec = new EntryCodec(environment.file());
        this.baseCodec = new BaseCodec(environment.file());
    }

    /** As {@link dev.huck.raft.api.spi.LogStore#read}. Ends where what it has handed over is dropped meanwhile. */
    long read(long from, Predicate<LogEntry> sink) throws IOException {
        long next = from;
        int most = 1;
        boolean more = true;
        while (more) {
            more = copyBatch(from, next, most);
            for (LogEntry entry : batch) {
                next++;
                if (!sink.test(entry)) {
                    return next - from;
                }
            }
            most = Math.min(MAX_ENTRIES, most * GROWTH);
        }
        return next - from;
    }

    /** Fills the batch; says whether there may be more. */
    private boolean copyBatch(long from, long next, int most) throws IOException {
        batch.clear();
        return environment.read(transaction -> {
            boolean continuing = next > from;
            if (continuing && began.dropped(next - 1)) {
                return false;
            }
            ByteBuffer value = environment.meta().get(transaction, baseCodec.key());
            if (value == null) {
                throw new CorruptLogException(environment.file() + ": the record of the base is missing", 0);
            }
            return next > baseCodec.decode(value).index() && copyEntries(transaction, next, most);
        });
    }

    private boolean copyEntries(Txn<ByteBuffer> transaction, long first, int most) throws IOException {
        try (Cursor<ByteBuffer> cursor = environment.entries().openCursor(transaction)) {
            if (!cursor.get(entryCodec.key(first), GetOp.MDB_SET_RANGE)) {
                return false;
            }
            long index = first;
            long bytes = 0;
            do {
                if (batch.size() == most || bytes >= MAX_BYTES) {
                    return true;
                }
                if (!copyEntry(cursor, index)) {
                    return true;
                }
                bytes += batch.get(batch.size() - 1).payload().length;
                index++;
            } while (cursor.seek(SeekOp.MDB_NEXT));
            return false;
        }
    }

    /** Copies the entry at the cursor; a damaged one ends the batch, and is reported when it is its turn. */
    private boolean copyEntry(Cursor<ByteBuffer> cursor, long index) throws IOException {
        try {
            long stored = entryCodec.index(cursor.key());
            if (stored != index) {
                throw entryCodec.damaged(index, "the record is missing; entry " + stored + " is in its place");
            }
            batch.add(entryCodec.decode(index, cursor.val()));
            return true;
        } catch (CorruptLogException e) {
            if (batch.isEmpty()) {
                throw e;
            }
            return false;
        }
    }
}
