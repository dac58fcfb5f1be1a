package dev.huck.log.chronicle;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Remembers in a file of its own up to which place the queue was synced, so that what is missing there is known to be
 * damage, and no torn end. Records say it too, but of those before them only.
 *
 * <p>It is written behind a sync, so it never says more than a sync has said. It is not synced itself: a power cut may take
 * its last word, or the one before too where it was being overwritten; then less is noticed.
 *
 * <p>File: format version (1 byte), CRC32C of the place (4), place (8).
 */
final class SyncedMark implements Closeable {
    /** The name of the file. */
    static final String FILE = "synced";

    private static final byte FORMAT = 1;
    private static final int BYTES = 1 + Integer.BYTES + Long.BYTES;

    // Not a FileChannel, which an interrupt of the writing thread would close.
    private final RandomAccessFile file;
    private long place;

    private SyncedMark(RandomAccessFile file, long place) {
        this.file = file;
        this.place = place;
    }

    /** Makes the file, if it is not there: by it a directory is known to hold a log, so it comes before anything else. */
    static void create(Path log) throws IOException {
        new RandomAccessFile(log.resolve(FILE).toFile(), "rw").close();
    }

    /** Opens the file, or makes it. */
    static SyncedMark open(Path log) throws IOException {
        RandomAccessFile file = new RandomAccessFile(log.resolve(FILE).toFile(), "rw");
        boolean opened = false;
        try {
            byte[] record = new byte[(int) Math.min(BYTES, file.length())];
            file.readFully(record);
            opened = true;
            return new SyncedMark(file, decode(record));
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    /** The place; {@link Place#NONE} when the record is new, damaged or of another format. */
    long place() {
        return place;
    }

    void reached(long newPlace) throws IOException {
        if (newPlace > place) {
            file.seek(0);
            file.write(ByteBuffer.allocate(BYTES)
                    .put(FORMAT)
                    .putInt(checksum(newPlace))
                    .putLong(newPlace)
                    .array());
            place = newPlace;
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private static long decode(byte[] record) {
        if (record.length < BYTES || record[0] != FORMAT) {
            return Place.NONE;
        }
        ByteBuffer buffer = ByteBuffer.wrap(record, 1, BYTES - 1);
        int stored = buffer.getInt();
        long place = buffer.getLong();
        return stored == checksum(place) ? place : Place.NONE;
    }

    private static int checksum(long place) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, place));
        return (int) crc.getValue();
    }
}
