package dev.huck.raft.core.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.api.spi.LogPosition;
import dev.huck.raft.core.storage.SnapshotFiles.Chunk;
import dev.huck.raft.core.storage.SnapshotFiles.Received;
import dev.huck.raft.core.storage.SnapshotFiles.SnapshotInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SnapshotTransferTest {
    private static final int PIECE = 50_000;
    private static final LogPosition AT = Snapshots.at(150);

    private final CrashDisk disk = new CrashDisk(1);
    private SnapshotFiles files;
    private byte[] whole;

    @BeforeEach
    void open() throws IOException {
        files = SnapshotFiles.open(disk, Snapshots.KEPT);
        whole = Snapshots.file(150, Snapshots.MANY);
    }

    // Reading.

    @Test
    void withoutASnapshotThereIsNothingToSend() throws IOException {
        assertNull(files.read(LogPosition.START, 0, PIECE));
    }

    @Test
    void piecesMakeUpTheFile() throws IOException {
        SnapshotInfo info = Snapshots.save(files, 150, Snapshots.MANY);
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        while (got.size() < info.length()) {
            Chunk chunk = files.read(AT, got.size(), PIECE);
            assertEquals(got.size(), chunk.offset());
            got.writeBytes(chunk.bytes());
        }
        assertArrayEquals(whole, got.toByteArray());
    }

    @Test
    void newestIsSentFromItsBeginningToWhomHasNone() throws IOException {
        Snapshots.save(files, 99, 1);
        SnapshotInfo newest = Snapshots.save(files, 150, 1);
        Chunk chunk = files.read(LogPosition.START, 17, PIECE);
        assertEquals(newest + " 0", chunk.info() + " " + chunk.offset());
    }

    @Test
    void newestIsSentFromItsBeginningInPlaceOfOneThatMadeWay() throws IOException {
        SnapshotInfo newest = Snapshots.save(files, 150, 1);
        Chunk chunk = files.read(Snapshots.at(99), 17, PIECE);
        assertEquals(newest + " 0", chunk.info() + " " + chunk.offset());
    }

    @Test
    void olderOneIsSentOnWhileItIsThere() throws IOException {
        SnapshotInfo older = Snapshots.save(files, 99, 1);
        Snapshots.save(files, 150, 1);
        Chunk chunk = files.read(Snapshots.at(99), 17, PIECE);
        assertEquals(older + " 17", chunk.info() + " " + chunk.offset());
    }

    @Test
    void placeOutsideTheFileIsItsBeginning() throws IOException {
        SnapshotInfo info = Snapshots.save(files, 150, 1);
        assertEquals(0, files.read(AT, info.length(), PIECE).offset());
    }

    @Test
    void damagedFileIsNotBegunToBeSent() throws IOException {
        SnapshotInfo info = Snapshots.save(files, 150, Snapshots.MANY);
        disk.flipBit(info.name(), (int) info.length() * 8 - 1);
        assertThrows(CorruptSnapshotException.class, () -> files.read(AT, 0, PIECE));
    }

    @Test
    void damagedFileMakesWayForTheOneBefore() throws IOException {
        SnapshotInfo before = Snapshots.save(files, 99, 1);
        SnapshotInfo info = Snapshots.save(files, 150, 1);
        disk.flipBit(info.name(), (int) info.length() * 8 - 1);
        assertThrows(CorruptSnapshotException.class, () -> files.read(AT, 0, PIECE));
        assertEquals(before, files.read(AT, 0, PIECE).info());
    }

    @Test
    void fileThatHasBecomeShorterIsDamaged() throws IOException {
        SnapshotInfo info = Snapshots.save(files, 150, Snapshots.MANY);
        disk.put(info.name(), Arrays.copyOf(whole, 100_000));
        assertThrows(CorruptSnapshotException.class, () -> files.read(AT, 99_999, PIECE));
    }

    // Receiving.

    @Test
    void receivedSnapshotIsRestored() throws IOException {
        Received last = receiveAll(AT, whole);
        assertEquals("150+19999", Snapshots.restored(files, last.published()));
    }

    @Test
    void receivedSnapshotIsDescribedAsItsSenderDoes() throws IOException {
        SnapshotInfo sent = Snapshots.save(SnapshotFiles.open(new CrashDisk(2), 1), 150, Snapshots.MANY);
        assertEquals(new Received(whole.length, sent), receiveAll(AT, whole));
    }

    @Test
    void eachPieceAsksForTheNext() throws IOException {
        assertEquals(new Received(PIECE, null), receive(AT, whole, 0));
    }

    @Test
    void pieceThatIsRepeatedIsNotTakenAgain() throws IOException {
        receive(AT, whole, 0);
        receive(AT, whole, PIECE);
        assertEquals(new Received(2 * PIECE, null), receive(AT, whole, PIECE));
    }

    @Test
    void pieceThatLeavesAGapIsNotTaken() throws IOException {
        receive(AT, whole, 0);
        assertEquals(new Received(PIECE, null), receive(AT, whole, 2 * PIECE));
    }

    @Test
    void firstPieceIsAskedForByWhomHasNone() throws IOException {
        assertEquals(new Received(0, null), receive(AT, whole, PIECE));
    }

    @Test
    void piecesInDisorderMakeUpTheFileAllTheSame() throws IOException {
        for (int offset : new int[] {0, 0, 2 * PIECE, PIECE, 0, 3 * PIECE, 2 * PIECE, PIECE}) {
            receive(AT, whole, offset);
        }
        assertEquals(AT, receive(AT, whole, 3 * PIECE).published().position());
    }

    @Test
    void anotherSnapshotsFirstPieceBeginsAnew() throws IOException {
        receive(AT, whole, 0);
        byte[] other = Snapshots.file(160, Snapshots.MANY);
        assertEquals(
                "160+19999",
                Snapshots.restored(files, receiveAll(Snapshots.at(160), other).published()));
    }

    @Test
    void anotherSnapshotsLaterPieceDoesNotDisturb() throws IOException {
        receive(AT, whole, 0);
        byte[] other = Snapshots.file(160, Snapshots.MANY);
        assertEquals(new Received(0, null), receive(Snapshots.at(160), other, PIECE));
        assertEquals(new Received(2 * PIECE, null), receive(AT, whole, PIECE));
    }

    @Test
    void fileOfAnotherLengthIsAnotherSnapshot() throws IOException {
        receive(AT, whole, 0);
        byte[] other = Snapshots.file(150, Snapshots.MANY + 1);
        assertEquals(new Received(0, null), receive(AT, other, PIECE));
    }

    @Test
    void lastPieceRepeatedTellsAgainWhatWasPublished() throws IOException {
        Received last = receiveAll(AT, whole);
        assertEquals(last, receive(AT, whole, 3 * PIECE));
    }

    @Test
    void damagedSnapshotIsWantedFromItsBeginning() throws IOException {
        whole[100_000] ^= 1;
        assertEquals(new Received(0, null), receiveAll(AT, whole));
    }

    @Test
    void damagedSnapshotLeavesNothingBehind() throws IOException {
        whole[100_000] ^= 1;
        receiveAll(AT, whole);
        assertEquals(List.of(), disk.list("snapshots"));
    }

    @Test
    void snapshotIsReceivedWellAfterADamagedOne() throws IOException {
        byte[] damaged = whole.clone();
        damaged[100_000] ^= 1;
        receiveAll(AT, damaged);
        assertEquals(AT, receiveAll(AT, whole).published().position());
    }

    /** Two leaders' files of one position may hold the same state in another order: half of each is neither. */
    @Test
    void halvesOfTwoLeadersFilesMakeNoSnapshot() throws IOException {
        CrashDisk others = new CrashDisk(3);
        SnapshotInfo other = SnapshotFiles.open(others, 1)
                .save(AT, Snapshots.CONFIGURATION, Snapshots.stamp(150), 0, Numbers.snapshot(7_000, Snapshots.MANY));
        byte[] otherFile = others.content(other.name());
        int block = 65536 + 8;
        byte[] mixed = whole.clone();
        // From the second block on it is the other's; both are right in themselves.
        int from = headerLength() + block;
        System.arraycopy(otherFile, from, mixed, from, mixed.length - from);
        assertEquals(new Received(0, null), receiveAll(AT, mixed));
    }

    private int headerLength() {
        return 40 + ByteBuffer.wrap(whole).getInt(12) + 4;
    }

    @Test
    void snapshotThatIsNotWhatItWasSaidToBeIsRefused() throws IOException {
        assertEquals(new Received(0, null), receiveAll(Snapshots.at(160), whole));
    }

    @Test
    void pieceLongerThanWhatWasAnnouncedIsRefused() throws IOException {
        assertEquals(new Received(0, null), files.receive(AT, 10, 0, new byte[11]));
    }

    @Test
    void snapshotOfNoLengthIsRefused() throws IOException {
        assertEquals(new Received(0, null), files.receive(AT, 0, 0, new byte[0]));
    }

    @Test
    void announcedLengthTakesNoSpace() throws IOException {
        files.receive(AT, Long.MAX_VALUE, 0, new byte[10]);
        assertEquals(10, disk.content("snapshots/receive.tmp").length);
    }

    @Test
    void pieceThatCanNotBeWrittenDropsWhatHadCome() throws IOException {
        receive(AT, whole, 0);
        disk.failAt(0);
        assertThrows(IOException.class, () -> receive(AT, whole, PIECE));
        assertEquals(new Received(0, null), receive(AT, whole, PIECE));
    }

    @Test
    void fileThatCanNotBeReceivedIntoIsNotLeftOpenWhateverFails() throws IOException {
        int failures = 0;
        for (boolean through = false; !through; failures++) {
            CrashDisk failing = new CrashDisk(failures);
            files = SnapshotFiles.open(failing, Snapshots.KEPT);
            failing.failAt(failures);
            try {
                receive(AT, whole, 0);
                through = true;
            } catch (IOException e) {
                assertEquals(0, failing.openFiles(), "change " + failures);
            }
        }
        assertTrue(failures > 4, "it failed at " + failures + " places only");
    }

    @Test
    void receivedSnapshotsMakeTheOldestGive() throws IOException {
        Snapshots.save(files, 1, 1);
        Snapshots.save(files, 2, 1);
        receiveAll(AT, whole);
        assertEquals(List.of(150L, 2L), Snapshots.indexes(files));
    }

    @Test
    void closingDropsWhatIsHalfReceived() throws IOException {
        receive(AT, whole, 0);
        files.close();
        assertEquals(List.of(), disk.list("snapshots"));
    }

    private Received receiveAll(LogPosition position, byte[] file) throws IOException {
        Received received = new Received(0, null);
        for (int offset = 0; offset < file.length; offset += PIECE) {
            received = receive(position, file, offset);
        }
        return received;
    }

    private Received receive(LogPosition position, byte[] file, int offset) throws IOException {
        byte[] piece = Arrays.copyOfRange(file, offset, Math.min(file.length, offset + PIECE));
        return files.receive(position, file.length, offset, piece);
    }
}
