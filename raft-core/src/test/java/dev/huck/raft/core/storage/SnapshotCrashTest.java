package dev.huck.raft.core.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.huck.raft.core.storage.SnapshotFiles.Received;
import dev.huck.raft.core.storage.SnapshotFiles.SnapshotInfo;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The power goes, or the process dies, at every change that a snapshot takes, each time with other luck for the rest. */
class SnapshotCrashTest {
    private static final int LUCKS = 20;
    private static final int COUNT = 9_000; // a little more than a block

    @FunctionalInterface
    private interface Attempt {
        void on(SnapshotFiles files) throws IOException;
    }

    @Test
    void powerCutInTheFirstSaveLeavesNothingOrTheSnapshot() throws IOException {
        int changes = 0;
        for (boolean through = false; !through; changes++) {
            for (int luck = 0; luck < LUCKS; luck++) {
                CrashDisk disk = new CrashDisk(luck);
                SnapshotFiles files = SnapshotFiles.open(disk, Snapshots.KEPT);
                disk.losePowerAt(changes);
                boolean returned = succeeds(files, SnapshotCrashTest::save30);
                through = !disk.hasFailed();
                SnapshotFiles after = SnapshotFiles.open(disk.afterPowerCut(), Snapshots.KEPT);
                assertTrue(after.newest() == null ? !returned : words(after).equals("30+8999"), "change " + changes);
            }
        }
        assertTrue(changes > 8, "the power went at " + changes + " places only");
    }

    @Test
    void powerCutInALaterSaveLeavesTheNewestBeforeOrAfter() throws IOException {
        powerGoesDuring(SnapshotCrashTest::save30);
    }

    @Test
    void powerCutWhileReceivingLeavesTheNewestBeforeOrAfter() throws IOException {
        byte[] sent = Snapshots.file(30, COUNT);
        powerGoesDuring(files -> receive30(files, sent));
    }

    private static void powerGoesDuring(Attempt attempt) throws IOException {
        int changes = 0;
        for (boolean through = false; !through; changes++) {
            for (int luck = 0; luck < LUCKS; luck++) {
                CrashDisk disk = new CrashDisk(luck);
                SnapshotFiles files = withTwo(disk);
                disk.losePowerAt(changes);
                boolean returned = succeeds(files, attempt);
                String found = words(SnapshotFiles.open(disk.afterPowerCut(), Snapshots.KEPT));
                assertTrue(
                        found.equals("30+8999") || (found.equals("20+8999") && !returned),
                        "change " + changes + " left " + found);
                through = !disk.hasFailed();
            }
        }
        assertTrue(changes > 8, "the power went at " + changes + " places only");
    }

    @Test
    void changeThatFailsLeavesTheNewestBeforeOrAfter() throws IOException {
        boolean through = false;
        for (int change = 0; !through; change++) {
            CrashDisk disk = new CrashDisk(change);
            SnapshotFiles files = withTwo(disk);
            disk.failAt(change);
            boolean returned = succeeds(files, SnapshotCrashTest::save30);
            assertEquals(returned ? "30+8999" : "20+8999", words(files), "change " + change);
            through = !disk.hasFailed();
        }
    }

    @Test
    void snapshotOnceReportedSurvivesAPowerCutThoughItsSaveWasKilled() throws IOException {
        boolean through = false;
        for (int change = 0; !through; change++) {
            for (int luck = 0; luck < LUCKS; luck++) {
                CrashDisk disk = new CrashDisk(luck);
                SnapshotFiles files = withTwo(disk);
                disk.losePowerAt(change);
                succeeds(files, SnapshotCrashTest::save30);
                through = !disk.hasFailed();
                String reported = words(SnapshotFiles.open(disk.afterKill(), Snapshots.KEPT));
                String found = words(SnapshotFiles.open(disk.afterPowerCut(), Snapshots.KEPT));
                assertEquals(reported, found, "change " + change);
            }
        }
    }

    @Test
    void snapshotReportedAfterAFailedSyncOfItsNameSurvivesAPowerCut() throws IOException {
        boolean through = false;
        int seen = 0;
        for (int change = 0; !through; change++) {
            CrashDisk disk = new CrashDisk(change);
            SnapshotFiles files = withTwo(disk);
            disk.failAt(change);
            through = succeeds(files, SnapshotCrashTest::save30);
            String reported = words(SnapshotFiles.open(disk.afterKill(), Snapshots.KEPT));
            seen += reported.equals("30+8999") ? 1 : 0;
            for (int luck = 0; luck < LUCKS; luck++) {
                String found = words(SnapshotFiles.open(disk.afterPowerCut(), Snapshots.KEPT));
                assertEquals(reported, found, "change " + change);
            }
        }
        assertTrue(seen > 1, "no name that could not be synced was seen");
    }

    @Test
    void startThatIsCutShortLosesNoSnapshot() throws IOException {
        int changes = 0;
        for (boolean through = false; !through; changes++) {
            for (int luck = 0; luck < LUCKS; luck++) {
                CrashDisk disk = new CrashDisk(luck);
                withTwo(disk);
                disk.losePowerAt(changes);
                opens(disk);
                through = !disk.hasFailed();
                SnapshotFiles after =
                        SnapshotFiles.open(luck % 2 == 0 ? disk.afterPowerCut() : disk.afterKill(), Snapshots.KEPT);
                assertEquals(List.of(20L, 10L), Snapshots.indexes(after), "change " + changes);
                assertEquals("20+8999", words(after), "change " + changes);
            }
        }
        assertTrue(changes > 5, "it was cut short at " + changes + " places only");
    }

    private static void opens(CrashDisk disk) {
        try {
            SnapshotFiles.open(disk, Snapshots.KEPT);
        } catch (IOException e) {
            assertTrue(disk.hasFailed(), e.toString());
        }
    }

    private static SnapshotFiles withTwo(CrashDisk disk) throws IOException {
        SnapshotFiles files = SnapshotFiles.open(disk, Snapshots.KEPT);
        Snapshots.save(files, 10, COUNT);
        Snapshots.save(files, 20, COUNT);
        return files;
    }

    private static void save30(SnapshotFiles files) throws IOException {
        Snapshots.save(files, 30, COUNT);
    }

    private static void receive30(SnapshotFiles files, byte[] sent) throws IOException {
        Received received = new Received(0, null);
        while (received.published() == null) {
            int from = (int) received.next();
            byte[] piece = Arrays.copyOfRange(sent, from, Math.min(sent.length, from + 30_000));
            received = files.receive(Snapshots.at(30), sent.length, from, piece);
        }
    }

    private static boolean succeeds(SnapshotFiles files, Attempt attempt) {
        try {
            attempt.on(files);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String words(SnapshotFiles files) throws IOException {
        SnapshotInfo newest = files.newest();
        return newest == null ? "nothing" : Snapshots.restored(files, newest);
    }
}
