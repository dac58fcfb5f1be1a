package dev.huck.log.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.log.chronicle.Logs.Found;
import dev.huck.raft.api.Durability;
import dev.huck.raft.api.spi.CorruptLogException;
import dev.huck.raft.api.spi.LogEntry;
import dev.huck.raft.api.spi.LogPosition;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Damage to what was synced is found when a log is opened, named, and never cut off; what was never synced is cut off. */
class DamagedLogTest {
    private static final int HEADER = Integer.BYTES; // behind the document's word
    private static final int PAYLOAD = HEADER + RecordCodec.HEADER_BYTES;

    @TempDir
    private Path folder;

    private Path directory;

    /** Ways to damage a record, in place. */
    enum Damage {
        PAYLOAD_BIT {
            @Override
            void happenTo(Found record) throws IOException {
                record.flip(PAYLOAD + 3);
            }
        },
        HEADER_BIT {
            @Override
            void happenTo(Found record) throws IOException {
                record.flip(HEADER + 16 + 7); // the index
            }
        },
        DURABLE_BIT {
            @Override
            void happenTo(Found record) throws IOException {
                record.flip(HEADER + 32 + 7);
            }
        },
        /** As if there were less padding, or more. */
        LENGTH_LOW_BIT {
            @Override
            void happenTo(Found record) throws IOException {
                record.flip(0, 1);
            }
        },
        LENGTH_SHORT {
            @Override
            void happenTo(Found record) throws IOException {
                record.write(0, (byte) 20, (byte) 0, (byte) 0, (byte) 0);
            }
        },
        LENGTH_HUGE {
            @Override
            void happenTo(Found record) throws IOException {
                record.write(0, (byte) 0xF0, (byte) 0xFF, (byte) 0xFF, (byte) 0x3F);
            }
        },
        OWN_PAGE_BIT {
            @Override
            void happenTo(Found record) throws IOException {
                record.write(3, (byte) 0x40);
            }
        },
        OWN_PAGE_HUGE {
            @Override
            void happenTo(Found record) throws IOException {
                record.write(0, (byte) 0xF0, (byte) 0xFF, (byte) 0xFF, (byte) 0x7F);
            }
        },
        NOT_COMPLETE {
            @Override
            void happenTo(Found record) throws IOException {
                record.flip(3); // 0x10 of the length's last byte
                record.write(3, (byte) 0x80);
            }
        },
        END_OF_FILE_MARK {
            @Override
            void happenTo(Found record) throws IOException {
                record.write(0, (byte) 0, (byte) 0, (byte) 0, (byte) 0xC0);
            }
        },
        ZERO_WORD {
            @Override
            void happenTo(Found record) throws IOException {
                record.write(0, new byte[4]);
            }
        },
        ZERO_PAGE {
            @Override
            void happenTo(Found record) throws IOException {
                record.write(0, new byte[4096]);
            }
        };

        abstract void happenTo(Found record) throws IOException;
    }

    @BeforeEach
    void writeALog() throws IOException {
        directory = folder.resolve("log");
        try (ChronicleLogStore store = Logs.open(directory)) {
            store.append(Logs.entries(1, 200, 1));
            store.sync();
        }
        try (ChronicleLogStore store = Logs.open(directory)) {
            store.append(Logs.entries(201, 400, 2));
            store.sync();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDamagedEntryOfTheNewestSegmentIsReported(Damage damage) throws IOException {
        assertReported(damage, 300);
    }

    @ParameterizedTest
    @EnumSource
    void aDamagedEntryOfAnEarlierSegmentIsReported(Damage damage) throws IOException {
        assertReported(damage, 100);
    }

    @ParameterizedTest
    @EnumSource
    void theLastEntryIsReportedThoughNoRecordBehindItSaysThatItWasSynced(Damage damage) throws IOException {
        assertReported(damage, 400);
    }

    private void assertReported(Damage damage, long index) throws IOException {
        Found record = Logs.find(directory, Kind.ENTRY, index);
        damage.happenTo(record);
        Map<String, String> before = contents();
        CorruptLogException reported = assertThrows(CorruptLogException.class, () -> Logs.open(directory));
        assertEquals(index, reported.index(), reported::getMessage);
        assertTrue(reported.getMessage().contains(record.file() + ", offset " + record.offset()), reported::getMessage);
        assertEquals(before, contents(), "nothing is changed");
        assertThrows(CorruptLogException.class, () -> Logs.open(directory), "nor is it forgotten");
    }

    @ParameterizedTest
    @EnumSource
    void whatWasNeverSyncedIsCutOffWhereItIsDamaged(Damage damage) throws IOException {
        try (ChronicleLogStore store = Logs.open(directory)) {
            store.append(Logs.entries(401, 420, 2));
        }
        damage.happenTo(Logs.find(directory, Kind.ENTRY, 410));
        for (int i = 0; i < 2; i++) {
            try (ChronicleLogStore store = Logs.open(directory)) {
                assertEquals(new LogPosition(409, 2), store.last());
                assertEquals(409, store.read(1, entry -> true));
            }
        }
        try (ChronicleLogStore store = Logs.open(directory)) {
            store.append(Logs.entries(410, 411, 3));
        }
        try (ChronicleLogStore store = Logs.open(directory)) {
            assertEquals(new LogPosition(411, 3), store.last());
        }
    }

    /** As when a power cut takes the last word of the mark. */
    @Test
    void aLaterRecordSaysThatADamagedOneWasSynced() throws IOException {
        try (ChronicleLogStore store = Logs.open(directory)) {
            store.append(Logs.entries(401, 410, 2));
            store.sync();
            store.append(Logs.entries(411, 420, 2));
        }
        Files.delete(directory.resolve(SyncedMark.FILE));
        Found tail = Logs.find(directory, Kind.ENTRY, 415);
        Found synced = Logs.find(directory, Kind.ENTRY, 405);
        // Of all between them nothing is left, and no length says where the next begins.
        synced.write(0, new byte[(int) (tail.offset() - synced.offset())]);
        CorruptLogException reported = assertThrows(CorruptLogException.class, () -> Logs.open(directory));
        assertEquals(405, reported.index());
    }

    /** A length that leads out of the file, or past all records, hides none of them. */
    @ParameterizedTest
    @ValueSource(ints = {0x7FFF_FFF0, 0x4000_8000, 0x4001_0000, 0x5000_0000})
    void noDamagedFirstWordMakesASyncedSegmentAHalfMadeOne(int word) throws IOException {
        Files.delete(directory.resolve(SyncedMark.FILE));
        Path newest = Logs.files(directory).get(1);
        new Found(newest, 0).write(0, littleEndian(word));
        CorruptLogException reported = assertThrows(CorruptLogException.class, () -> Logs.open(directory));
        assertEquals(201, reported.index());
    }

    /** Its record looks like a page of Chronicle's, behind which the next record is of another place. */
    @Test
    void theSearchForWhatWasSyncedBeginsBehindTheLastGoodRecord() throws IOException {
        try (ChronicleLogStore store = Logs.open(directory)) {
            store.append(Logs.entries(401, 410, 2));
            store.sync();
            store.append(Logs.entries(411, 411, 2));
        }
        Files.delete(directory.resolve(SyncedMark.FILE));
        Found damaged = Logs.find(directory, Kind.ENTRY, 410);
        Damage.HEADER_BIT.happenTo(damaged);
        // As far as the last record, the only one that says that this one was synced.
        int length = (int) (Logs.find(directory, Kind.ENTRY, 409).offset() - damaged.offset());
        assertTrue(length < 0);
        damaged.write(0, littleEndian(0x4000_0000 | 2 * -length - Integer.BYTES));
        CorruptLogException reported = assertThrows(CorruptLogException.class, () -> Logs.open(directory));
        assertEquals(410, reported.index());
    }

    private static byte[] littleEndian(int word) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(word)
                .array();
    }

    /** An entry's payload may be anything, a header of a later format or of a far place too. */
    @Test
    void whatAnEntryHoldsSaysNothingOfTheLog() throws IOException {
        Path other = folder.resolve("other");
        byte[] unknown = header(Place.of(0, 9), Place.of(0, 8));
        unknown[4] = 9;
        sign(unknown);
        byte[] ofAnEarlierPlace = header(Place.of(0, 0), Place.of(0, 1000));
        byte[] ofALaterPlaceThanItsOwn = header(Place.of(0, 1000), Place.of(9, 9));
        for (byte[] crafted : List.of(unknown, ofAnEarlierPlace, ofALaterPlaceThanItsOwn)) {
            try (ChronicleLogStore store = Logs.open(other.resolve("" + crafted[4] + crafted[15]))) {
                store.append(Logs.entries(1, 1, 1));
                store.append(List.of(new LogEntry(2, 1, crafted)));
            }
            Path log = other.resolve("" + crafted[4] + crafted[15]);
            Damage.PAYLOAD_BIT.happenTo(Logs.find(log, Kind.ENTRY, 1));
            try (ChronicleLogStore store = Logs.open(log)) {
                assertEquals(LogPosition.START, store.last());
            }
        }
    }

    private static byte[] header(long place, long durable) {
        byte[] header = new byte[RecordCodec.HEADER_BYTES];
        new RecordCodec().encode(Kind.ENTRY, 0, place, new LogPosition(9, 1), durable, header, Slice.of(new byte[0]));
        return header;
    }

    private static void sign(byte[] header) {
        CRC32C crc = new CRC32C();
        crc.update(header, 4, header.length - 4);
        for (int i = 0; i < 4; i++) {
            header[i] = (byte) (crc.getValue() >>> (24 - 8 * i));
        }
    }

    /** A write that the disk made elsewhere, of an entry that was in the log before. */
    @Test
    void aPartThatIsNotTheEntrysOwnIsReported() throws IOException {
        byte[] large = new byte[QueueWriter.MAX_PAYLOAD + 100];
        try (ChronicleLogStore store = Logs.open(directory)) {
            store.append(List.of(new LogEntry(401, 2, large)));
            Found part = Logs.find(directory, Kind.ENTRY, 401);
            long place = Place.of(Segment.list(directory).get(2).number(), 2);
            for (var other : List.of(new Part(3, place), new Part(2, place + 1))) {
                byte[] header = new byte[RecordCodec.HEADER_BYTES];
                LogPosition entry = new LogPosition(401, other.term());
                new RecordCodec().encode(Kind.ENTRY, 1, other.place(), entry, 0, header, Slice.of(new byte[100]));
                part.write(HEADER, header);
                CorruptLogException reported =
                        assertThrows(CorruptLogException.class, () -> store.read(401, entry401 -> true));
                assertTrue(reported.getMessage().contains("a part is missing"), reported::getMessage);
            }
            byte[] header = new byte[RecordCodec.HEADER_BYTES];
            new RecordCodec().encode(Kind.ENTRY, 1, place, new LogPosition(401, 2), 0, header, Slice.of(new byte[100]));
            part.write(HEADER, header);
            assertEquals(1, store.read(401, entry401 -> true));
        }
    }

    private record Part(long term, long place) {}

    @Test
    void withoutAMarkTheEndIsCutOffBehindWhatRecordsSayWasSynced() throws IOException {
        Files.write(directory.resolve(SyncedMark.FILE), new byte[] {1, 2, 3});
        Damage.PAYLOAD_BIT.happenTo(Logs.find(directory, Kind.ENTRY, 400));
        try (ChronicleLogStore store = Logs.open(directory)) {
            assertEquals(399, store.last().index());
        }
    }

    @Test
    void aDamagedFirstRecordOfASegmentIsReported() throws IOException {
        for (Damage damage : Damage.values()) {
            Path copy = folder.resolve("of " + damage);
            copy(copy);
            damage.happenTo(Logs.find(copy, Kind.SEGMENT, 200));
            CorruptLogException reported =
                    assertThrows(CorruptLogException.class, () -> Logs.open(copy), damage::toString);
            assertEquals(201, reported.index());
        }
    }

    @Test
    void damageToWhatIsNotInTheLogAnyMoreIsNoDamage() throws IOException {
        try (ChronicleLogStore store = Logs.open(directory)) {
            store.append(Logs.entries(401, 420, 2));
            store.truncateSuffix(411);
            store.truncatePrefix(100);
            store.append(Logs.entries(411, 412, 3));
            store.sync();
        }
        List<String> before;
        try (ChronicleLogStore store = Logs.open(directory)) {
            before = Logs.read(store);
        }
        Damage.PAYLOAD_BIT.happenTo(Logs.find(directory, Kind.ENTRY, 50));
        Damage.PAYLOAD_BIT.happenTo(Logs.find(directory, Kind.ENTRY, 100));
        Damage.PAYLOAD_BIT.happenTo(Logs.find(directory, Kind.ENTRY, 415));
        try (ChronicleLogStore store = Logs.open(directory)) {
            assertEquals(before, Logs.read(store));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4096, 70_000})
    void aFileThatWasCutOffIsReported(int length) throws IOException {
        for (Path file : Logs.files(directory)) {
            Path copy = folder.resolve("of " + file.getFileName() + length);
            copy(copy);
            Path cut = copy.resolve(directory.relativize(file));
            try (RandomAccessFile opened = new RandomAccessFile(cut.toFile(), "rw")) {
                opened.setLength(length);
            }
            assertThrows(CorruptLogException.class, () -> Logs.open(copy), file::toString);
            assertTrue(Files.exists(cut));
        }
    }

    @Test
    void aMissingFileIsReported() throws IOException {
        try (ChronicleLogStore store = Logs.open(directory)) {
            store.append(Logs.entries(401, 410, 2));
        }
        for (Path file : Logs.files(directory)) {
            Path copy = folder.resolve("without " + file.getFileName());
            copy(copy);
            Files.delete(copy.resolve(directory.relativize(file)));
            assertThrows(CorruptLogException.class, () -> Logs.open(copy), file::toString);
        }
    }

    @Test
    void aLogWithoutAnyFileIsReportedAndNotMadeAnew() throws IOException {
        for (Path file : Logs.files(directory)) {
            Files.delete(file);
        }
        assertTrue(new ChronicleLogStoreProvider().existsIn(directory));
        assertThrows(CorruptLogException.class, () -> Logs.open(directory));
        assertEquals(List.of(), Logs.files(directory));
    }

    /** A write that the disk made elsewhere: intact records, in places that are not theirs. */
    @Test
    void anIntactRecordInThePlaceOfAnotherIsReported() throws IOException {
        Found one = Logs.find(directory, Kind.ENTRY, 310);
        Found other = Logs.find(directory, Kind.ENTRY, 320);
        byte[] bytes = bytes(other, 60);
        one.write(0, bytes);
        assertEquals(
                310,
                assertThrows(CorruptLogException.class, () -> Logs.open(directory))
                        .index());
    }

    /** A write that never reached the disk, in a file that was used before: the old records are there. */
    @Test
    void anOlderSegmentInThePlaceOfANewerOneIsReported() throws IOException {
        List<Path> files = Logs.files(directory);
        Files.write(files.get(1), Files.readAllBytes(files.get(0)));
        assertThrows(CorruptLogException.class, () -> Logs.open(directory));
    }

    @Test
    void aLaterFormatIsRefusedByItsNumber() throws IOException {
        Found record = Logs.find(directory, Kind.ENTRY, 300);
        byte[] header = bytes(new Found(record.file(), record.offset() + HEADER), RecordCodec.HEADER_BYTES);
        header[4] = 9;
        sign(header);
        record.write(HEADER, header);
        IOException refused = assertThrows(IOException.class, () -> Logs.open(directory));
        assertTrue(refused.getMessage().contains("format 9 is unknown"), refused::getMessage);
        assertFalse(refused instanceof CorruptLogException);
    }

    @ParameterizedTest
    @EnumSource
    void damageWhileTheLogIsOpenIsReportedByTheReadAndNeverHandedOver(Damage damage) throws IOException {
        try (ChronicleLogStore store = Logs.open(directory)) {
            store.append(Logs.entries(401, 500, 2));
            for (long index : new long[] {450, 300, 100}) {
                Found record = Logs.find(directory, Kind.ENTRY, index);
                damage.happenTo(record);
                CorruptLogException reported =
                        assertThrows(CorruptLogException.class, () -> store.read(1, entry -> entry.index() < index));
                assertTrue(reported.getMessage().contains(record.file().toString()), reported::getMessage);
                assertEquals(index, reported.index());
                assertThrows(CorruptLogException.class, () -> store.read(index, entry -> true));
            }
            store.append(Logs.entries(501, 501, 2));
        }
    }

    private static byte[] bytes(Found record, int count) throws IOException {
        byte[] bytes = new byte[count];
        try (RandomAccessFile file = new RandomAccessFile(record.file().toFile(), "r")) {
            file.seek(record.offset());
            file.readFully(bytes);
        }
        return bytes;
    }

    private void copy(Path target) throws IOException {
        try (var all = Files.walk(directory)) {
            for (Path path : all.toList()) {
                Files.copy(path, target.resolve(directory.relativize(path)));
            }
        }
    }

    /** Every file but the lock, by its checksum. */
    private Map<String, String> contents() throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (var all = Files.walk(directory)) {
            for (Path path : all.filter(Files::isRegularFile).toList()) {
                CRC32C crc = new CRC32C();
                crc.update(Files.readAllBytes(path));
                contents.put(path.toString(), HexFormat.of().toHexDigits(crc.getValue()));
            }
        }
        return contents;
    }

    @Test
    void theProviderOpensALogAtEveryLevel() throws IOException {
        for (Durability durability : Durability.values()) {
            try (var store = new ChronicleLogStoreProvider().open(directory, durability)) {
                assertEquals(new LogPosition(400, 2), store.last());
            }
        }
    }
}
