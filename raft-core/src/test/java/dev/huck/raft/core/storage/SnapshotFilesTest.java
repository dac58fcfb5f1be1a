package dev.huck.raft.core.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.core.storage.SnapshotFiles.SnapshotInfo;
import java.io.DataInput;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotFilesTest {
    private static final String NAME_OF_150 = "snapshots/0000000000000000002-0000000000000000150";

    private final CrashDisk disk = new CrashDisk(1);
    private SnapshotFiles files;

    @BeforeEach
    void open() throws IOException {
        files = SnapshotFiles.open(disk, Snapshots.KEPT);
    }

    @Test
    void newDirectoryHasNoSnapshot() {
        assertNull(files.newest());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8191, 8192, Snapshots.MANY, 100_000})
    void savedStateIsRestored(int count) throws IOException {
        SnapshotInfo info = Snapshots.save(files, 150, count);
        assertEquals(count == 0 ? "empty" : "150+" + (count - 1), Snapshots.restored(files, info));
    }

    @Test
    void savedSnapshotIsDescribedAlikeAfterReopening() throws IOException {
        SnapshotInfo saved = Snapshots.save(files, 150, 3);
        assertEquals(saved, SnapshotFiles.open(disk, Snapshots.KEPT).newest());
    }

    @Test
    void descriptionTellsAllThatTheLogNeeds() throws IOException {
        SnapshotInfo expected = new SnapshotInfo(
                Snapshots.at(150),
                Snapshots.CONFIGURATION,
                Snapshots.stamp(150),
                Snapshots.file(150, 3).length,
                NAME_OF_150,
                Snapshots.digest(150));
        assertEquals(expected, Snapshots.save(files, 150, 3));
    }

    @Test
    void newestComesFirst() throws IOException {
        Snapshots.save(files, 99, 1);
        Snapshots.save(files, 100, 1);
        files = SnapshotFiles.open(disk, Snapshots.KEPT);
        assertEquals(List.of(100L, 99L), Snapshots.indexes(files));
    }

    @Test
    void oldestMakeWayForNewOnes() throws IOException {
        for (long index = 1; index <= 5; index++) {
            Snapshots.save(files, index, 1);
        }
        assertEquals(List.of(5L, 4L), Snapshots.indexes(files));
        assertEquals(2, disk.list("snapshots").size());
    }

    @Test
    void oneThatIsBeingSentIsKeptUntilNobodyReadsItAnyMore() throws IOException {
        SnapshotInfo sent = Snapshots.save(files, 1, 1);
        for (long index = 2; index <= 5; index++) {
            files.read(sent.position(), 1, 1);
            Snapshots.save(files, index, 1);
        }
        assertEquals(List.of(5L, 4L, 1L), Snapshots.indexes(files));
        Snapshots.save(files, 6, 1);
        assertEquals(List.of(6L, 5L), Snapshots.indexes(files));
    }

    @Test
    void stateThatIsSavedAlreadyIsNotWrittenAgain() throws IOException {
        SnapshotInfo first = Snapshots.save(files, 10, 1);
        assertSame(first, files.save(Snapshots.at(10), Snapshots.CONFIGURATION, 0, 0, out -> {
            throw new AssertionError("written");
        }));
    }

    @Test
    void snapshotWhoseWriterFailsIsNotPublished() throws IOException {
        Snapshots.save(files, 10, 1);
        IOException full = new IOException("no more");
        IOException thrown = assertThrows(
                IOException.class,
                () -> files.save(Snapshots.at(20), Snapshots.CONFIGURATION, 0, 0, out -> {
                    out.writeLong(1);
                    throw full;
                }));
        assertSame(full, thrown);
        assertEquals(List.of(10L), Snapshots.indexes(files));
    }

    @Test
    void snapshotWhoseWriterFailsLeavesNoFile() {
        assertThrows(
                IllegalStateException.class,
                () -> files.save(Snapshots.at(20), Snapshots.CONFIGURATION, 0, 0, out -> {
                    throw new IllegalStateException();
                }));
        assertEquals(List.of(), disk.list("snapshots"));
    }

    @Test
    void leftoversOfACrashAreDroppedAtTheStart() throws IOException {
        disk.put("snapshots/save.tmp", new byte[9]);
        disk.put("snapshots/receive.tmp", new byte[9]);
        files = SnapshotFiles.open(disk, Snapshots.KEPT);
        assertEquals(List.of(), disk.list("snapshots"));
    }

    @Test
    void startDropsNoSnapshotHoweverMany() throws IOException {
        disk.put("snapshots/0000000000000000001-0000000000000000001", Snapshots.file(1, 1));
        disk.put("snapshots/0000000000000000001-0000000000000000002", Snapshots.file(2, 1));
        disk.put("snapshots/0000000000000000001-0000000000000000003", Snapshots.file(3, 1));
        files = SnapshotFiles.open(disk, 1);
        assertEquals(List.of(3L, 2L, 1L), Snapshots.indexes(files));
    }

    @Test
    void everyFlippedBitIsFoundBeforeTheMachineSeesIt() throws IOException {
        byte[] whole = Snapshots.file(150, 3);
        for (int bit = 0; bit < whole.length * 8; bit++) {
            CrashDisk damaged = new CrashDisk(bit);
            damaged.put(NAME_OF_150, whole);
            damaged.flipBit(NAME_OF_150, bit);
            SnapshotFiles found = SnapshotFiles.open(damaged, Snapshots.KEPT);
            SnapshotInfo info = found.newest();
            if (info != null) {
                Numbers machine = new Numbers();
                assertThrows(CorruptSnapshotException.class, () -> found.restore(info, machine::restore), "bit " + bit);
                // The state is one block, so nothing of it may have come through; its end is a block of its own.
                assertTrue(List.of("empty", "150+2").contains(machine.toString()), "bit " + bit + ": " + machine);
            }
        }
    }

    @Test
    void fileCutOffAnywhereIsFound() throws IOException {
        byte[] whole = Snapshots.file(150, 3);
        for (int length = 0; length < whole.length; length++) {
            CrashDisk damaged = new CrashDisk(length);
            damaged.put(NAME_OF_150, Arrays.copyOf(whole, length));
            SnapshotFiles found = SnapshotFiles.open(damaged, Snapshots.KEPT);
            SnapshotInfo info = found.newest();
            if (info != null) {
                assertThrows(
                        CorruptSnapshotException.class,
                        () -> found.restore(info, new Numbers()::restore),
                        "length " + length);
            }
        }
    }

    @Test
    void damageIsReportedByFileAndPlace() throws IOException {
        SnapshotInfo info = Snapshots.save(files, 150, Snapshots.MANY);
        disk.flipBit(info.name(), 100_000 * 8);
        String message = assertThrows(CorruptSnapshotException.class, () -> files.restore(info, new Numbers()::restore))
                .getMessage();
        int second = (int) info.length() - 2 * 8 - 8 - (4 + 20_000 * 8 - 2 * 65536) - 65536;
        assertEquals("snapshot file " + NAME_OF_150 + " is damaged: bad checksum of the block at " + second, message);
    }

    @Test
    void bytesBehindTheEndAreDamage() throws IOException {
        byte[] whole = Snapshots.file(150, 3);
        disk.put(NAME_OF_150, Arrays.copyOf(whole, whole.length + 1));
        files = SnapshotFiles.open(disk, Snapshots.KEPT);
        assertThrows(CorruptSnapshotException.class, () -> files.restore(files.newest(), new Numbers()::restore));
    }

    @Test
    void machineThatReadsPastTheEndIsToldSo() throws IOException {
        SnapshotInfo info = Snapshots.save(files, 150, 3);
        assertThrows(EOFException.class, () -> files.restore(info, restoring(in -> in.readFully(new byte[100]))));
    }

    @Test
    void machineMayLeaveTheRestUnread() throws IOException {
        SnapshotInfo info = Snapshots.save(files, 150, Snapshots.MANY);
        files.restore(info, restoring(in -> assertEquals(Snapshots.MANY, in.readInt())));
    }

    @Test
    void damageInWhatTheMachineLeavesUnreadIsFoundToo() throws IOException {
        SnapshotInfo info = Snapshots.save(files, 150, Snapshots.MANY);
        disk.flipBit(info.name(), 100_000 * 8);
        assertThrows(CorruptSnapshotException.class, () -> files.restore(info, restoring(DataInput::readInt)));
    }

    @Test
    void machineThatMakesNothingOfDamageDoesNotHideIt() throws IOException {
        SnapshotInfo info = Snapshots.save(files, 150, Snapshots.MANY);
        disk.flipBit(info.name(), 100_000 * 8);
        SnapshotFiles.Content wrapping = restoring(in -> {
            try {
                in.readFully(new byte[150_000]);
            } catch (IOException e) {
                throw new IllegalStateException("something is wrong", e);
            }
        });
        assertThrows(CorruptSnapshotException.class, () -> files.restore(info, wrapping));
    }

    @Test
    void faultOfTheMachineIsItsOwn() throws IOException {
        SnapshotInfo info = Snapshots.save(files, 150, 3);
        IllegalStateException fault = new IllegalStateException();
        assertSame(
                fault,
                assertThrows(
                        IllegalStateException.class,
                        () -> files.restore(info, restoring(in -> {
                            throw fault;
                        }))));
    }

    @Test
    void damagedSnapshotThatIsDiscardedLeavesTheOneBefore() throws IOException {
        Snapshots.save(files, 99, 3);
        SnapshotInfo newest = Snapshots.save(files, 150, 3);
        files.discardBad(newest);
        assertEquals("99+2", Snapshots.restored(files, files.newest()));
    }

    @Test
    void discardedSnapshotStaysDiscarded() throws IOException {
        files.discardBad(Snapshots.save(files, 150, 3));
        files = SnapshotFiles.open(disk.afterPowerCut(), Snapshots.KEPT);
        assertEquals(List.of(), Snapshots.indexes(files));
    }

    @Test
    void discardedStateCanBeSavedAgain() throws IOException {
        files.discardBad(Snapshots.save(files, 150, 3));
        assertEquals("150+2", Snapshots.restored(files, Snapshots.save(files, 150, 3)));
    }

    @Test
    void onlyTheLastDamagedFileIsKept() throws IOException {
        files.discardBad(Snapshots.save(files, 150, 3));
        files.discardBad(Snapshots.save(files, 160, 3));
        assertEquals(List.of("snapshots/0000000000000000002-0000000000000000160.bad"), disk.list("snapshots"));
    }

    @Test
    void fileWithADamagedFrontIsSetAsideAtTheStart() throws IOException {
        disk.put(NAME_OF_150, new byte[100]);
        files = SnapshotFiles.open(disk, Snapshots.KEPT);
        assertEquals(List.of(NAME_OF_150 + ".bad"), disk.list("snapshots"));
    }

    @Test
    void fileUnderTheNameOfAnotherIsSetAsideAtTheStart() throws IOException {
        disk.put(NAME_OF_150, Snapshots.file(160, 3));
        files = SnapshotFiles.open(disk, Snapshots.KEPT);
        assertNull(files.newest());
    }

    @Test
    void newerFormatIsRefusedByItsNumberAndLeftAlone() throws IOException {
        byte[] whole = Snapshots.file(150, 3);
        ByteBuffer bytes = ByteBuffer.wrap(whole).putInt(8, 2);
        int header = 48 + bytes.getInt(12);
        CRC32C checksum = new CRC32C();
        checksum.update(whole, 0, header);
        bytes.putInt(header, (int) checksum.getValue());
        disk.put(NAME_OF_150, whole);
        String message = assertThrows(IOException.class, () -> SnapshotFiles.open(disk, 1))
                .getMessage();
        assertEquals("snapshot file " + NAME_OF_150 + " has format 2; this version of Huck reads 1", message);
        assertEquals(List.of(NAME_OF_150), disk.list("snapshots"));
    }

    @Test
    void afterANameCouldNotBeSyncedNoSnapshotIsBelieved() throws IOException {
        int nameSync = changesOfASave() - 2;
        disk.failAt(nameSync);
        assertThrows(IOException.class, () -> Snapshots.save(files, 150, 3));
        assertNull(files.newest());
        assertThrows(IOException.class, () -> Snapshots.save(files, 160, 3));
    }

    @Test
    void afterASetAsideCouldNotBeSyncedNoSnapshotIsBelieved() throws IOException {
        SnapshotInfo damaged = Snapshots.save(files, 150, 3);
        int nameSync = 1; // behind the renaming
        disk.failAt(nameSync);
        assertThrows(IOException.class, () -> files.discardBad(damaged));
        assertThrows(IOException.class, () -> Snapshots.save(files, 160, 3));
        assertNull(files.newest());
    }

    @Test
    void nameThatIsThereTwiceIsTakenOnceAndAForeignOneIsLeftAlone() throws IOException {
        SnapshotInfo saved = Snapshots.save(files, 150, 3);
        String twin = NAME_OF_150.replace("snapshots/", "snapshots/renew-");
        disk.put(twin, new byte[9]);
        disk.put("snapshots/renew-", new byte[9]);
        files = SnapshotFiles.open(disk, Snapshots.KEPT);
        assertEquals(List.of(150L), Snapshots.indexes(files));
        assertEquals("150+2", Snapshots.restored(files, saved));
        assertFalse(disk.list("snapshots").contains(twin));
    }

    @Test
    void startThatCanNotSyncTheNamesIsRefused() throws IOException {
        Snapshots.save(files, 150, 3);
        int nameSync = 2; // behind the renaming there and back
        disk.failAt(nameSync);
        assertThrows(IOException.class, () -> SnapshotFiles.open(disk, Snapshots.KEPT));
    }

    @Test
    void afterABytesSyncFailedAnotherFileMayBeTried() throws IOException {
        int bytesSync = changesOfASave() - 4;
        disk.failAt(bytesSync);
        assertThrows(IOException.class, () -> Snapshots.save(files, 150, 3));
        assertEquals("150+2", Snapshots.restored(files, Snapshots.save(files, 150, 3)));
    }

    /** The last of them: sync of the bytes, rename, sync of the folder's names, sync of the folder's own name. */
    private static int changesOfASave() throws IOException {
        for (int change = 0; ; change++) {
            CrashDisk counting = new CrashDisk(1);
            SnapshotFiles files = SnapshotFiles.open(counting, Snapshots.KEPT);
            counting.losePowerAt(change);
            try {
                Snapshots.save(files, 150, 3);
                return change;
            } catch (IOException e) {
                assertEquals("the power goes", e.getMessage());
            }
        }
    }

    @Test
    void snapshotThatMadeWayIsNotRestored() throws IOException {
        SnapshotInfo old = Snapshots.save(files, 1, 1);
        Snapshots.save(files, 2, 1);
        Snapshots.save(files, 3, 1);
        String message = assertThrows(IOException.class, () -> files.restore(old, new Numbers()::restore))
                .getMessage();
        assertEquals("snapshot file " + old.name() + " has made way for a newer one", message);
    }

    @Test
    void restoreGoesOnThoughItsFileMakesWay() throws IOException {
        SnapshotInfo old = Snapshots.save(files, 1, Snapshots.MANY);
        Numbers machine = new Numbers();
        files.restore(old, restoring(in -> {
            Snapshots.save(files, 2, 1);
            Snapshots.save(files, 3, 1);
            machine.restore(in);
        }));
        assertEquals("1+19999", machine.toString());
    }

    private static SnapshotFiles.Content restoring(SnapshotFiles.Content how) {
        return how;
    }
}
