package dev.huck.raft.core.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.Durability;
import dev.huck.raft.core.consensus.HardState;
import dev.huck.raft.core.consensus.Loss;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeFileTest {
    static final NodeRecord FIRST = new NodeRecord(
            11,
            "zürich-1",
            -12,
            "127.0.0.1:7481",
            new HardState(13, -14),
            new Incarnation(15, 16),
            false,
            true,
            false,
            Loss.POWER,
            NodeRecord.ALL,
            "a-boot",
            Durability.MEDIUM,
            Map.of(17L, new Incarnation(18, 19)));
    static final NodeRecord SECOND = FIRST.withHardState(new HardState(14, 99));

    private static final int SLOT_BITS = NodeSlot.SIZE * 8;

    private final CrashDisk disk = new CrashDisk(1);

    @Test
    void newDirectoryHasNoRecord() throws IOException {
        assertNull(read(disk));
    }

    @Test
    void openingANewDirectoryLeavesNoFile() throws IOException {
        read(disk);
        assertEquals("[]", disk.list("").toString());
    }

    @Test
    void recordReadsBackAsItWasWritten() throws IOException {
        write(disk, FIRST);
        assertEquals(FIRST, read(disk));
    }

    @Test
    void everyFieldIsReplacedByItselfAndNoOtherIsLost() throws IOException {
        NodeRecord other = FIRST.withCluster(21)
                .withAddress("127.0.0.1:7482")
                .withHardState(new HardState(22, 23))
                .withIncarnation(new Incarnation(24, 25))
                .withHeard()
                .withFounded(false)
                .withClean(true)
                .withLoss(Loss.CORRUPTION)
                .withTrusted(20)
                .withBootId("")
                .withLastDurability(Durability.HIGH);
        write(disk, other);
        NodeRecord expected = new NodeRecord(
                21,
                "zürich-1",
                -12,
                "127.0.0.1:7482",
                new HardState(22, 23),
                new Incarnation(24, 25),
                true,
                false,
                true,
                Loss.CORRUPTION,
                20,
                "",
                Durability.HIGH,
                Map.of(17L, new Incarnation(18, 19)));
        assertEquals(expected, read(disk));
    }

    @Test
    void ofANewIncarnationNobodyHasHeard() {
        assertFalse(FIRST.withHeard().withIncarnation(new Incarnation(16, 17)).heard());
    }

    @Test
    void newestOfManyRecordsReadsBack() throws IOException {
        try (NodeFile file = NodeFile.open(disk)) {
            for (long term = 1; term <= 9; term++) {
                file.write(FIRST.withHardState(new HardState(term, 0)));
            }
        }
        assertEquals(FIRST.withHardState(new HardState(9, 0)), read(disk));
    }

    @Test
    void openFileGoesOnWhereItEnded() throws IOException {
        write(disk, FIRST);
        write(disk, SECOND);
        write(disk, FIRST);
        assertEquals(FIRST, read(disk));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void rotAnywhereInEitherCopyLeavesTheNewestRecord(int slot) throws IOException {
        for (int bit = 0; bit < SLOT_BITS; bit += 97) {
            CrashDisk rotten = new CrashDisk(bit);
            write(rotten, FIRST);
            write(rotten, SECOND);
            rotten.flipBit("node", slot * SLOT_BITS + bit);
            assertEquals(SECOND, read(rotten), "bit " + bit);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void damagedCopyIsRepairedBeforeTheOtherRots(int slot) throws IOException {
        write(disk, FIRST);
        disk.flipBit("node", slot * SLOT_BITS + 100);
        read(disk);
        disk.flipBit("node", (1 - slot) * SLOT_BITS + 100);
        assertEquals(FIRST, read(disk));
    }

    @Test
    void fileThatLostItsSecondHalfIsRepaired() throws IOException {
        write(disk, FIRST);
        disk.put("node", Arrays.copyOf(disk.content("node"), NodeSlot.SIZE + 7));
        read(disk);
        assertEquals(2 * NodeSlot.SIZE, disk.content("node").length);
    }

    @Test
    void damageOfBothCopiesIsReportedByTheFilesName() throws IOException {
        write(disk, FIRST);
        disk.flipBit("node", 100);
        disk.flipBit("node", SLOT_BITS + 100);
        String message = assertThrows(CorruptNodeFileException.class, () -> NodeFile.open(disk))
                .getMessage();
        assertTrue(message.startsWith("the file node, which holds this node's identity and vote, is damaged"), message);
    }

    @Test
    void fileOfSomethingElseIsReportedAsDamaged() {
        disk.put("node", new byte[] {1, 2, 3});
        assertThrows(CorruptNodeFileException.class, () -> NodeFile.open(disk));
    }

    @Test
    void emptyFileCountsAsWiped() throws IOException {
        disk.put("node", new byte[0]);
        assertNull(read(disk));
    }

    @Test
    void wipedFileTakesANewRecord() throws IOException {
        disk.put("node", new byte[0]);
        write(disk, FIRST);
        assertEquals(FIRST, read(disk));
    }

    @Test
    void newerFormatIsRefusedByItsNumber() throws IOException {
        write(disk, FIRST);
        byte[] content = disk.content("node");
        ByteBuffer slot = ByteBuffer.wrap(content).putInt(8, 4);
        CRC32C checksum = new CRC32C();
        checksum.update(content, 0, NodeSlot.SIZE - 4);
        slot.putInt(NodeSlot.SIZE - 4, (int) checksum.getValue());
        disk.put("node", content);
        String message =
                assertThrows(IOException.class, () -> NodeFile.open(disk)).getMessage();
        assertEquals("the file node has format 4; this version of Huck reads 3", message);
    }

    /** A byte that moves here makes directories of older versions unreadable. */
    @Test
    void layoutOfSlotIsPinned() {
        byte[] slot = new NodeSlot(7, FIRST.withSeen(Map.of())).encode();
        assertEquals(
                "4855434b4e4f4445" + "00000003" + "0000000000000007" // magic, format, sequence
                        + "000000000000000b" + "fffffffffffffff4" // cluster, store
                        + "000000000000000d" + "fffffffffffffff2" // term, vote
                        + "000000000000000f" + "0000000000000010" // incarnation, run
                        + "7fffffffffffffff" // trusted
                        + "01" + "01" + "01" // marks, loss, durability
                        + "0009" + "7ac3bc726963682d31" // node id
                        + "000e" + "3132372e302e302e313a37343831" // address
                        + "0006" + "612d626f6f74" // boot id
                        + "00", // nobody seen
                HexFormat.of().formatHex(slot, 0, 115));
    }

    @Test
    void writeAfterAFailedOneIsRefused() throws IOException {
        NodeFile file = NodeFile.open(disk);
        file.write(FIRST);
        disk.failAt(1);
        assertThrows(IOException.class, () -> file.write(SECOND));
        String message =
                assertThrows(IOException.class, () -> file.write(SECOND)).getMessage();
        assertEquals("an earlier write of the file node failed, so no later one is believed", message);
    }

    @Test
    void failedWriteDoesNotChangeWhatTheNodeKnowsOfItself() throws IOException {
        NodeFile file = NodeFile.open(disk);
        file.write(FIRST);
        disk.failAt(0);
        assertThrows(IOException.class, () -> file.write(SECOND));
        assertEquals(FIRST, file.record());
    }

    @Test
    void recordThatReachedOneCopyOnlyIsTheNewestAllTheSame() throws IOException {
        writeOneCopyOnly();
        assertEquals(SECOND, read(disk));
    }

    private void writeOneCopyOnly() throws IOException {
        write(disk, FIRST);
        try (NodeFile file = NodeFile.open(disk)) {
            disk.failAt(2);
            assertThrows(IOException.class, () -> file.write(SECOND));
        }
    }

    @Test
    void copyThatWasLeftBehindIsBroughtUpToDate() throws IOException {
        writeOneCopyOnly();
        read(disk);
        disk.flipBit("node", 100);
        assertEquals(SECOND, read(disk));
    }

    @Test
    void textsOfGreatestLengthFit() throws IOException {
        String longest = "x".repeat(NodeRecord.MAX_TEXT);
        NodeRecord record = new NodeRecord(
                1,
                longest,
                2,
                longest,
                new HardState(1, 2),
                new Incarnation(3, Long.MIN_VALUE),
                true,
                true,
                true,
                Loss.NONE,
                NodeRecord.ALL,
                longest,
                Durability.LOW,
                Map.of());
        write(disk, record);
        assertEquals(record, read(disk));
    }

    @Test
    void allThatIsSeenFitsBesideTheLongestTexts() throws IOException {
        String longest = "x".repeat(NodeRecord.MAX_TEXT);
        Map<Long, Incarnation> seen = new java.util.TreeMap<>();
        for (long store = 1; store <= NodeRecord.MAX_SEEN; store++) {
            seen.put(-store, new Incarnation(store, Long.MIN_VALUE + store));
        }
        NodeRecord record = new NodeRecord(
                        1,
                        longest,
                        2,
                        longest,
                        new HardState(1, 2),
                        new Incarnation(3, Long.MIN_VALUE),
                        true,
                        true,
                        true,
                        Loss.NONE,
                        NodeRecord.ALL,
                        longest,
                        Durability.LOW,
                        Map.of())
                .withSeen(seen);
        write(disk, record);
        assertEquals(record, read(disk));
    }

    @Test
    void longerTextIsRefused() {
        String longer = "x".repeat(NodeRecord.MAX_TEXT + 1);
        assertThrows(IllegalArgumentException.class, () -> FIRST.withAddress(longer));
    }

    static NodeRecord read(CrashDisk from) throws IOException {
        try (NodeFile file = NodeFile.open(from)) {
            return file.record();
        }
    }

    static void write(CrashDisk to, NodeRecord record) throws IOException {
        try (NodeFile file = NodeFile.open(to)) {
            file.write(record);
        }
    }
}
