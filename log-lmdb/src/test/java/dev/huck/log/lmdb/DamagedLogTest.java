package dev.huck.log.lmdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Durability;
import dev.huck.raft.api.spi.CorruptLogException;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.api.spi.LogStore;
import dev.huck.raft.api.spi.LogStoreProvider;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lmdbjava.Txn;

/** Damage that is found when a log is opened: it is named, and never read around. */
class DamagedLogTest {
    private final LogStoreProvider provider = new LmdbLogStoreProvider();

    @TempDir
    private Path directory;

    private Path data;

    @BeforeEach
    void writeALog() throws IOException {
        data = directory.resolve(LmdbEnvironment.DATA_FILE);
        List<LogEntry> entries = new ArrayList<>();
        for (int index = 1; index <= 2000; index++) {
            entries.add(new LogEntry(index, 1, new byte[100]));
        }
        try (LogStore store = open()) {
            store.append(entries);
            store.truncatePrefix(10);
        }
    }

    @Test
    void aFileThatWasCutOffIsReported() throws IOException {
        for (long length : new long[] {Files.size(data) - 4096, 50_000, 5_000, 1_000, 0}) {
            try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
                file.setLength(length);
            }
            assertReported("was cut off");
        }
    }

    @Test
    void aFileThatIsMissingIsReportedAndNotMadeAnew() throws IOException {
        Files.delete(data);
        assertTrue(provider.existsIn(directory));
        assertReported("is missing");
        assertFalse(Files.exists(data));
    }

    @Test
    void anotherFileInItsPlaceIsReported() throws IOException {
        Files.write(data, new byte[(int) Files.size(data)]);
        assertReported("is damaged, or is no LMDB file");
    }

    @Test
    void aMissingEntryIsReported() throws IOException {
        change((environment, transaction) -> environment.entries().delete(transaction, new EntryCodec(data).key(1000)));
        assertReported("records are missing");
    }

    @Test
    void missingEntriesBehindTheBaseAreReported() throws IOException {
        change((environment, transaction) -> {
            for (int index = 1; index <= 11; index++) {
                environment.entries().delete(transaction, new EntryCodec(data).key(index));
            }
        });
        assertReported("records are missing");
    }

    @Test
    void aBaseThatIsMissingIsReported() throws IOException {
        change((environment, transaction) -> environment.meta().delete(transaction, new BaseCodec(data).key()));
        assertReported("the record of the base is missing");
    }

    @Test
    void aDamagedBaseIsReported() throws IOException {
        change((environment, transaction) -> putBase(environment, transaction, 20, 7));
        assertReported("the record of the base is damaged");
    }

    @Test
    void aLaterFormatIsRefusedByItsNumber() throws IOException {
        change((environment, transaction) -> putBase(environment, transaction, 0, 9));
        IOException refused = assertThrows(IOException.class, this::open);
        assertTrue(refused.getMessage().contains("format 9 is unknown"), refused::getMessage);
        assertFalse(refused instanceof CorruptLogException);
    }

    @Test
    void aDamagedLastEntryIsReportedByItsIndex() throws IOException {
        change((environment, transaction) -> {
            ByteBuffer value = ByteBuffer.allocateDirect(40).put(0, (byte) 1);
            environment.entries().put(transaction, new EntryCodec(data).key(2000), value);
        });
        CorruptLogException reported = assertReported("entry 2000: checksum");
        assertEquals(2000, reported.index());
    }

    /** As on a disk that rots: the bytes of the file itself change. */
    @Test
    void aFlippedByteOfAnyRecordIsReportedByItsIndexWhenItIsRead() throws IOException {
        Path other = directory.resolve("other");
        byte[] mark = "a payload that is found again".getBytes(StandardCharsets.US_ASCII);
        try (LogStore store = provider.open(other, Durability.HIGH)) {
            for (int index = 1; index <= 300; index++) {
                store.append(List.of(new LogEntry(index, 1, index == 170 ? mark : new byte[100])));
            }
        }
        flip(other.resolve(LmdbEnvironment.DATA_FILE), mark);
        try (LogStore store = provider.open(other, Durability.HIGH)) {
            CorruptLogException reported = assertThrows(CorruptLogException.class, () -> store.read(1, entry -> true));
            assertEquals(170, reported.index());
            assertTrue(reported.getMessage().contains(other.toRealPath().toString()), reported::getMessage);
        }
    }

    private static void flip(Path file, byte[] mark) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int found = 0;
        for (int at = 0; at + mark.length <= bytes.length; at++) {
            if (Arrays.equals(bytes, at, at + mark.length, mark, 0, mark.length)) {
                bytes[at] ^= 1;
                found++;
            }
        }
        assertTrue(found > 0);
        Files.write(file, bytes);
    }

    /** A log that is moved away takes the native library along that was unpacked into it. */
    @Test
    void aLogCanBeMadeInThePlaceOfADamagedOneThatWasMovedAway() throws IOException {
        Path log = directory.resolve("log");
        provider.open(log, Durability.HIGH).close();
        Files.delete(log.resolve(LmdbEnvironment.DATA_FILE));
        assertThrows(CorruptLogException.class, () -> provider.open(log, Durability.HIGH));
        Files.move(log, directory.resolve("log.bad"));
        try (LogStore store = provider.open(log, Durability.HIGH)) {
            assertEquals(LogPosition.START, store.last());
        }
    }

    @Test
    void anExtentThatIsDamagedHidesNothingThatIsThere() throws IOException {
        Files.write(directory.resolve(Extent.FILE), new byte[] {1, 2, 3});
        try (LogStore store = open()) {
            assertEquals(2000, store.last().index());
        }
    }

    private LogStore open() throws IOException {
        return provider.open(directory, Durability.HIGH);
    }

    private CorruptLogException assertReported(String what) {
        CorruptLogException reported = assertThrows(CorruptLogException.class, this::open);
        assertTrue(reported.getMessage().contains(data.toString()), reported::getMessage);
        assertTrue(reported.getMessage().contains(what), reported::getMessage);
        return reported;
    }

    private static void putBase(LmdbEnvironment environment, Txn<ByteBuffer> transaction, int at, int value) {
        BaseCodec codec = new BaseCodec(environment.file());
        ByteBuffer stored = environment.meta().get(transaction, codec.key());
        ByteBuffer changed = ByteBuffer.allocateDirect(stored.remaining());
        changed.put(stored).put(at, (byte) value).flip();
        environment.meta().put(transaction, codec.key(), changed);
    }

    private interface Damage {
        void in(LmdbEnvironment environment, Txn<ByteBuffer> transaction);
    }

    private void change(Damage damage) throws IOException {
        try (LmdbEnvironment environment = LmdbEnvironment.open(directory, Durability.HIGH, LmdbEnvironment.MAP_SIZE)) {
            environment.write(transaction -> {
                damage.in(environment, transaction);
                return 0;
            });
        }
    }
}
