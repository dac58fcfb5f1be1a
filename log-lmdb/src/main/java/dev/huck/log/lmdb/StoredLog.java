package dev.huck.log.lmdb;

import dev.huck.raft.api.spi.CorruptLogException;
import dev.huck.raft.api.spi.LogPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.lmdbjava.Cursor;
import org.lmdbjava.SeekOp;
import org.lmdbjava.Txn;

/**
 * What an environment holds when it is opened, found by looking at both ends only: consecutive by count, and every
 * record's checksum is looked at when it is read.
 *
 * @param base the base
 * @param last the last entry, or the base
 * @param firstRecord index of the first record, which may be one that waits for its deletion
 */
record StoredLog(LogPosition base, LogPosition last, long firstRecord) {

    /** Looks, or makes an environment that has never been used a log without entries. */
    static StoredLog loadOrCreate(LmdbEnvironment environment) throws IOException {
        Optional<StoredLog> stored = environment.read(transaction -> {
            BaseCodec codec = new BaseCodec(environment.file());
            ByteBuffer value = environment.meta().get(transaction, codec.key());
            long records = environment.entries().stat(transaction).entries;
            if (value == null && records == 0) {
                return Optional.empty();
            }
            if (value == null) {
                throw new CorruptLogException(environment.file() + ": the record of the base is missing", 0);
            }
            return Optional.of(load(environment, transaction, codec.decode(value), records));
        });
        if (stored.isPresent()) {
            return stored.get();
        }
        return environment.write(transaction -> {
            BaseCodec codec = new BaseCodec(environment.file());
            environment.meta().put(transaction, codec.key(), codec.encode(LogPosition.START));
            return new StoredLog(LogPosition.START, LogPosition.START, 1);
        });
    }

    private static StoredLog load(
            LmdbEnvironment environment, Txn<ByteBuffer> transaction, LogPosition base, long records)
            throws IOException {
        if (records == 0) {
            return new StoredLog(base, base, base.index() + 1);
        }
        EntryCodec codec = new EntryCodec(environment.file());
        try (Cursor<ByteBuffer> cursor = environment.entries().openCursor(transaction)) {
            if (!cursor.first()) {
                throw codec.damaged(base.index() + 1, "the record is missing");
            }
            long first = codec.index(cursor.key());
            if (!cursor.seek(SeekOp.MDB_LAST)) {
                throw codec.damaged(base.index() + 1, "the record is missing");
            }
            long last = codec.index(cursor.key());
            if (first > base.index() + 1 || last < base.index() || last - first + 1 != records) {
                throw new CorruptLogException(
                        environment.file() + ": records are missing: there are " + records + " from " + first + " to "
                                + last + ", and the base is " + base.index(),
                        0);
            }
            LogPosition end = last == base.index()
                    ? base
                    : new LogPosition(last, codec.decode(last, cursor.val()).term());
            return new StoredLog(base, end, first);
        }
    }
}
